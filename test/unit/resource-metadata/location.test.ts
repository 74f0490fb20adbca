import fc from 'fast-check';
import { resourceDiscoveryRequest } from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { resourceMetadataPath, resourceMetadataUrl } from '../../../src/resource-metadata/location.ts';

/** The URL that an independent client computes. */
async function urlOfClient(publicUrl: string): Promise<string> {
  const urls: string[] = [];
  const customFetch = async (url: string) => {
    urls.push(url);
    return new Response();
  };
  const symbols = await import('oauth4webapi');
  await resourceDiscoveryRequest(new URL(publicUrl), { [symbols.customFetch]: customFetch });
  return urls.join();
}

describe('the URL of the metadata', () => {
  it.each([
    ['https://api.example', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example/', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example:8443/mcp', 'https://api.example:8443/.well-known/oauth-protected-resource/mcp'],
    ['https://api.example/a/b', 'https://api.example/.well-known/oauth-protected-resource/a/b'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/.well-known/oauth-protected-resource'],
  ])('of %s has the well-known path between the host and the path', (publicUrl, url) => {
    expect(resourceMetadataUrl(publicUrl)).toBe(url);
  });

  it('has no single quote, which a header of API Gateway cannot contain', () => {
    expect(resourceMetadataPath("https://api.example/it's")).toBe('/.well-known/oauth-protected-resource/it%27s');
  });

  it('is the one that a client of another maker computes, whatever the path', async () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9._:$-]{1,8}$/).filter((text) => !/^\.{1,2}$/.test(text));
    const path = fc.array(segment, { maxLength: 4 }).map((segments) => segments.map((text) => `/${text}`).join(''));
    await fc.assert(
      fc.asyncProperty(fc.webAuthority(), path, async (authority, suffix) => {
        fc.pre(!authority.includes('@') && URL.canParse(`https://${authority}`));
        const publicUrl = `https://${authority}${suffix}`;
        expect(resourceMetadataUrl(publicUrl)).toBe(new URL(await urlOfClient(publicUrl)).href);
      }),
    );
  });
});
