import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { acceptedAudiences, audiencesOf } from '../../../src/cli/audiences.ts';
import { AUDIENCES_OPTION } from '../../../src/cli/options.ts';
import { Settings } from '../../../src/cli/settings.ts';
import { ConfigurationError } from '../../../src/core/errors.ts';

const MAIN = 'https://demo.api';
const OLD = 'https://old.api';

/** A command with these values, as options or in the configuration. */
function given(options: Readonly<Record<string, string>>, configuration: Readonly<Record<string, string>> = {}) {
  const words = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const args = parseArguments(words, AUDIENCES_OPTION, 0);
  const source = (read: (name: string) => string | undefined) => ({
    get: ({ key }: { readonly key?: string }) => (key === undefined ? undefined : read(key)),
    label: () => '',
  });
  return { args, settings: new Settings([source((name) => args.text(name)), source((name) => configuration[name])]) };
}

describe('the audiences of a command', () => {
  it('are the main one and the others of the configuration', () => {
    expect(audiencesOf(given({}, { audience: MAIN, audiences: OLD }))).toEqual([MAIN, OLD]);
    expect(audiencesOf(given({}, { audience: MAIN }))).toEqual([MAIN]);
  });

  it('are only the one of the option --audience, unless there is --audiences too', () => {
    expect(audiencesOf(given({ audience: OLD }, { audience: MAIN, audiences: OLD }))).toEqual([OLD]);
    expect(audiencesOf(given({ audience: OLD, audiences: MAIN }, { audience: MAIN }))).toEqual([OLD, MAIN]);
  });

  it('are needed', () => {
    expect(() => audiencesOf(given({}))).toThrow('The setting "audience" is missing');
  });

  it('are read from a list with spaces and from JSON, and no other text is accepted', () => {
    const identifier = fc.stringMatching(/^[!-~]{1,30}$/).filter((text) => !/^[[{"]/.test(text) && text !== MAIN);
    fc.assert(
      fc.property(fc.uniqueArray(identifier, { maxLength: 9 }), (list) => {
        const read = (audiences: string) => audiencesOf(given({}, { audience: MAIN, audiences }));
        expect(read(list.join(' '))).toEqual([MAIN, ...list]);
        expect(read(`  ${list.join('\n ')}  `)).toEqual([MAIN, ...list]);
        expect(read(JSON.stringify(list))).toEqual([MAIN, ...list]);
      }),
    );
  });

  it('are identifiers, whatever the text is', () => {
    const text = fc.oneof(fc.string(), fc.json({ maxDepth: 1 }));
    fc.assert(
      fc.property(text, (audiences) => {
        try {
          for (const one of audiencesOf(given({}, { audience: MAIN, audiences })))
            expect(one).toMatch(/^[!-~]{1,400}$/);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
        }
      }),
    );
  });
});

describe('the audiences that the authorizer accepts', () => {
  const configuration = { audience: MAIN, audiences: OLD };

  it('are those of the deployment if the command is about one of these', () => {
    for (const audience of [MAIN, OLD])
      expect(acceptedAudiences(given({ audience }, configuration), { audience: MAIN })).toEqual([MAIN, OLD]);
  });

  it('are those of the command otherwise', () => {
    const other = given({ audience: 'https://other.api' }, configuration);
    expect(acceptedAudiences(other, { audience: MAIN })).toEqual(['https://other.api']);
    expect(acceptedAudiences(given({}, configuration), {})).toEqual([MAIN, OLD]);
  });
});
