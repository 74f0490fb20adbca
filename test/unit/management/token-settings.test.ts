import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_TOKEN_SETTINGS, tokenSettingsOf } from '../../../src/management/token-settings.ts';

describe('tokenSettingsOf', () => {
  it('reads how a resource server issues its tokens', () => {
    const record = {
      signing_alg: 'PS256',
      token_dialect: 'rfc9068_profile_authz',
      token_encryption: { format: 'compact-nested-jwe' },
      proof_of_possession: { mechanism: 'dpop', required: true },
      subject_type_authorization: { user: { policy: 'require_client_grant' }, client: { policy: 'deny_all' } },
    };
    expect(tokenSettingsOf(record)).toEqual({
      signingAlgorithm: 'PS256',
      dialect: 'rfc9068_profile_authz',
      isEncrypted: true,
      proofOfPossession: 'required',
      bindingMechanism: 'dpop',
      userPolicy: 'require_client_grant',
    });
  });

  it('returns no settings for a record without any, and for values of another type', () => {
    expect(tokenSettingsOf({})).toEqual(NO_TOKEN_SETTINGS);
    const odd = { signing_alg: 7, token_dialect: {}, token_encryption: null, proof_of_possession: 'dpop' };
    expect(tokenSettingsOf({ ...odd, subject_type_authorization: { user: 'all' } })).toEqual(NO_TOKEN_SETTINGS);
  });

  it('never throws, whatever the record holds', () => {
    const names = [
      'signing_alg',
      'token_dialect',
      'token_encryption',
      'proof_of_possession',
      'subject_type_authorization',
    ];
    const record = fc.dictionary(fc.constantFrom(...names), fc.jsonValue());
    fc.assert(
      fc.property(record, (value) => {
        const { signingAlgorithm, dialect, userPolicy } = tokenSettingsOf(value);
        for (const text of [signingAlgorithm, dialect, userPolicy])
          expect(['string', 'undefined']).toContain(typeof text);
      }),
    );
  });
});
