/** `asp doctor`: checks every link of the chain in order, and shows how to fix each broken one. */
import { CodedError } from '../../core/errors.ts';
import type { Command, Context } from '../command.ts';
import { describeError } from '../describe-error.ts';
import { type Examination, type Finding, passed, skipped } from '../doctor/check.ts';
import { CHECKS } from '../doctor/checks.ts';
import { prepareExamination } from '../doctor/examination.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { AUDIENCES_OPTION, DELIVERY_OPTIONS, KEY_OPTIONS, MANAGEMENT_OPTIONS } from '../options.ts';
import { printJson } from '../print-json.ts';
import { printable } from '../printable.ts';
import { waitFor } from '../progress.ts';

type Report = Finding & { readonly id: string; readonly title: string };

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check every link from the configuration to the deployed API',
  operands: '',
  mostOperands: 0,
  description:
    'Changes nothing. The exit code is 0 only if no check failed (✗). Look at each warning (!).\nA dash (-) means that a check was not made. "not checked" and "skipped: needs …": the link may be broken.',
  options: {
    'api-url': { type: 'string', placeholder: 'URL', summary: 'the deployed API (ASP_API_URL, or the output ApiUrl)' },
    'password-client-id': {
      type: 'string',
      placeholder: 'ID',
      summary: 'the client of the password grant (AUTH0_PASSWORD_CLIENT_ID)',
    },
    connection: {
      type: 'string',
      placeholder: 'NAME',
      summary: 'the connection of its logins, if not the default (AUTH0_CONNECTION)',
    },
    'grant-client-id': {
      type: 'string',
      placeholder: 'ID',
      summary: 'the client whose grant has the scopes (the management client)',
    },
    'app-passwords-client-id': {
      type: 'string',
      placeholder: 'ID',
      summary: 'the client that manages app passwords (appPasswordsClientId)',
    },
    'app-passwords-url': {
      type: 'string',
      placeholder: 'URL',
      summary: 'their page (ASP_APP_PASSWORDS_URL, or the output AppPasswordsUrl)',
    },
    ...KEY_OPTIONS,
    ...DELIVERY_OPTIONS,
    ...AUDIENCES_OPTION,
    ...MANAGEMENT_OPTIONS,
  },
  examples: [
    { purpose: 'a tenant without a deployment', line: 'asp doctor' },
    { purpose: 'a deployment', line: 'asp doctor --outputs cdk-outputs.json --password-client-id AbCd' },
  ],
  run: async (context) => {
    const reports = await examine(context, (report) => {
      if (!context.isJson) show(report, context);
    });
    const broken = reports.filter(({ state }) => state === 'failed').length;
    if (context.isJson) printJson(context.ports.terminal, { ok: broken === 0, checks: reports });
    if (broken === 0) return EXIT.done;
    throw new CliError(
      'checks_failed',
      `${broken} of ${reports.length} checks failed. Fix the first one first: the others may depend on it.`,
    );
  },
};

async function examine(context: Context, onReport: (report: Report) => void): Promise<readonly Report[]> {
  const reports: Report[] = [];
  const add = (report: Report) => {
    reports.push(report);
    onReport(report);
  };
  const about = { id: 'configuration', title: 'The configuration is complete' };
  const examination = await prepareExamination(context).catch((error: unknown) => {
    add({ ...about, ...findingOf(error) });
    return undefined;
  });
  if (examination) add({ ...about, ...passed(`${examination.audiences.join(', ')} at ${examination.issuer}`) });
  for (const { id, title, needs, run } of CHECKS) {
    const missing = ['configuration', ...needs].find((need) => !hasPassed(need, reports));
    add({
      id,
      title,
      ...(missing === undefined && examination
        ? await attempt(() => run(examination), examination)
        : skipped(`skipped: needs ${missing}`)),
    });
  }
  return reports;
}

/** After a warning, the link is still good enough for the checks that need it. */
function hasPassed(id: string, reports: readonly Report[]): boolean {
  return reports.some((report) => report.id === id && (report.state === 'passed' || report.state === 'warned'));
}

async function attempt(check: () => Promise<Finding>, { ports }: Examination): Promise<Finding> {
  try {
    return await waitFor('the tenant', check, ports);
  } catch (error) {
    return findingOf(error);
  }
}

/** The messages of our own errors already include the fix. */
function findingOf(error: unknown): Finding {
  const isInterrupted = error instanceof CliError && error.code === 'interrupted';
  if (isInterrupted || !(error instanceof CodedError)) throw error;
  return { state: 'failed', detail: describeError(error), fix: '' };
}

function show({ state, title, detail, ...report }: Report, { ports: { terminal } }: Context): void {
  const { good, bad, dim } = terminal.style;
  const signs = { passed: good('✓'), warned: bad('!'), failed: bad('✗'), skipped: dim('-') };
  const [first = '', ...more] = detail.split('\n').map(printable);
  terminal.print(`${signs[state]} ${title}: ${first}`);
  const fix = 'fix' in report && report.fix !== '' ? [report.fix] : [];
  for (const line of [...more, ...fix.flatMap((text) => text.split('\n'))]) terminal.print(`  ${line}`);
}
