import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ViewerAddress } from '../../../../lambda/authorizer/viewer-address.ts';
import { IssuerError } from '../../../../src/core/errors.ts';
import { FrozenClock } from '../../../support/core/clock.ts';

const SECRET = 'the-origin-secret-of-the-cdn';
const NEW_SECRET = 'the-next-origin-secret-of-the-cdn';
const FROM_CLOUDFRONT = { 'X-Origin-Secret': SECRET, 'CloudFront-Viewer-Address': '203.0.113.7:46532' };

function behindCdn(header = 'CloudFront-Viewer-Address') {
  const clock = new FrozenClock();
  const store = { secrets: [SECRET] as readonly string[], reads: 0, isDown: false };
  const readSecrets = async () => {
    store.reads += 1;
    if (store.isDown) throw new IssuerError('issuer_unavailable', 'The secret cannot be read.');
    return store.secrets;
  };
  return { clock, store, viewer: new ViewerAddress({ header, readSecrets, clock: clock.read }) };
}

describe('the address of a viewer behind a CDN', () => {
  it.each([
    ['IPv4', '203.0.113.7:46532', '203.0.113.7'],
    ['IPv6', '2001:db8::7:46532', '2001:db8::7'],
    ['IPv6 in full', '2001:db8:0:0:0:0:0:7:443', '2001:db8:0:0:0:0:0:7'],
    ['IPv6 in brackets', '[2001:db8::7]:443', '2001:db8::7'],
  ])("is read from CloudFront's header, without the port: %s", async (_, value, address) => {
    const { viewer } = behindCdn();
    expect(await viewer.of({ ...FROM_CLOUDFRONT, 'CloudFront-Viewer-Address': value })).toBe(address);
  });

  it('is read from another header as it is, in any spelling of the names', async () => {
    const { viewer } = behindCdn('True-Client-IP');
    expect(await viewer.of({ 'x-origin-secret': [SECRET], 'true-client-ip': ['2001:db8::7'] })).toBe('2001:db8::7');
  });

  it.each([
    ['no origin secret', { 'CloudFront-Viewer-Address': '203.0.113.7:46532' }],
    ['a wrong origin secret', { ...FROM_CLOUDFRONT, 'X-Origin-Secret': 'a-guess-of-the-origin-secret' }],
    ['two origin secrets', { ...FROM_CLOUDFRONT, 'X-Origin-Secret': [SECRET, SECRET] }],
    ['two origin secrets in two spellings', { ...FROM_CLOUDFRONT, 'x-origin-secret': SECRET }],
    ['two addresses', { ...FROM_CLOUDFRONT, 'CloudFront-Viewer-Address': ['203.0.113.7:1', '203.0.113.8:1'] }],
    ['two addresses in one value', { ...FROM_CLOUDFRONT, 'CloudFront-Viewer-Address': '203.0.113.7:1, 203.0.113.8:1' }],
    ['no address', { 'X-Origin-Secret': SECRET }],
    ['an address without a port', { ...FROM_CLOUDFRONT, 'CloudFront-Viewer-Address': '203.0.113.7' }],
    ['an open bracket', { ...FROM_CLOUDFRONT, 'CloudFront-Viewer-Address': '[2001:db8::7:443' }],
    ['something else', { ...FROM_CLOUDFRONT, 'CloudFront-Viewer-Address': 'localhost:80' }],
  ])('is not known from a request with %s', async (_, headers) => {
    expect(await behindCdn().viewer.of(headers)).toBeUndefined();
  });

  it('is an IP address or nothing, whatever the header holds', async () => {
    const { viewer } = behindCdn();
    await fc.assert(
      fc.asyncProperty(fc.string(), async (value) => {
        const address = await viewer.of({ ...FROM_CLOUDFRONT, 'CloudFront-Viewer-Address': value });
        expect(address ?? '::1').toMatch(/^[0-9a-fA-F.:]+$/);
      }),
    );
  });

  it('reads no secret for requests without one', async () => {
    const { viewer, store } = behindCdn();
    await viewer.of({ 'CloudFront-Viewer-Address': '203.0.113.7:46532' });
    expect(store.reads).toBe(0);
  });

  it('is known at once after the secret has changed, and wrong secrets cause one read in 30 s', async () => {
    const { viewer, store, clock } = behindCdn();
    const changed = { ...FROM_CLOUDFRONT, 'X-Origin-Secret': NEW_SECRET };
    await viewer.of(FROM_CLOUDFRONT);
    clock.advanceSeconds(30);
    store.secrets = [NEW_SECRET, SECRET];
    expect(await viewer.of(changed)).toBe('203.0.113.7');
    expect(await viewer.of(FROM_CLOUDFRONT)).toBe('203.0.113.7');
    for (let time = 0; time < 10; time += 1) await viewer.of({ ...changed, 'X-Origin-Secret': 'a-wrong-secret-x' });
    expect(store.reads).toBe(2);
  });

  it('stays known while a caller with a wrong secret causes a read that fails', async () => {
    const { viewer, store, clock } = behindCdn();
    await viewer.of(FROM_CLOUDFRONT);
    clock.advanceSeconds(31);
    store.isDown = true;
    expect(await viewer.of({ ...FROM_CLOUDFRONT, 'X-Origin-Secret': 'a-wrong-origin-secret' })).toBeUndefined();
    expect(await viewer.of(FROM_CLOUDFRONT)).toBe('203.0.113.7');
  });

  it('shares one read among concurrent requests', async () => {
    const { viewer, store } = behindCdn();
    await Promise.all([viewer.of(FROM_CLOUDFRONT), viewer.of(FROM_CLOUDFRONT)]);
    expect(store.reads).toBe(1);
  });

  it('causes an error while the secret cannot be read, and is known as soon as it can be', async () => {
    const { viewer, store } = behindCdn();
    store.isDown = true;
    await expect(viewer.of(FROM_CLOUDFRONT)).rejects.toMatchObject({ code: 'issuer_unavailable' });
    store.isDown = false;
    expect(await viewer.of(FROM_CLOUDFRONT)).toBe('203.0.113.7');
  });
});
