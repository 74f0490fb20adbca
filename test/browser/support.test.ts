/** The helpers of the browser tests notice what they are for. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { accessibilityViolations } from '../support/browser/accessibility.ts';
import { browserForTests, expectAccessible, HAS_NO_BROWSER } from '../support/browser/browser-for-test.ts';

const CSP = "default-src 'none'; style-src 'self'";
const SOUND =
  '<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,"><main><h1>Hello</h1></main></html>';

async function serve(body: string): Promise<string> {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': CSP };
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/' ? 200 : 404, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe.skipIf(HAS_NO_BROWSER)('the helpers of the browser tests', () => {
  const browser = browserForTests();

  it('find no fault with a sound page under a strict CSP', async () => {
    const { page, faults } = await browser.newPage();
    await page.goto(await serve(SOUND.replace('<link rel="icon" href="data:,">', '')));
    await expectAccessible(page);
    faults.allow(/favicon/);
    expect(faults.unexpected).toEqual([]);
  });

  it('notice an inline script that the CSP blocks', async () => {
    const { page, faults } = await browser.newPage();
    await page.goto(await serve(`${SOUND}<script>1</script>`));
    await expect.poll(() => faults.unexpected).toContainEqual('CSP: script-src-elem blocked inline');
    faults.allow(/./);
  });

  it('notice a response with an error status in the console', async () => {
    const { page, faults } = await browser.newPage();
    await page.goto(`${await serve(SOUND)}missing`);
    await expect.poll(() => faults.unexpected).toContainEqual(expect.stringMatching(/^console: .* 404 .*\/missing\)$/));
    faults.allow(/./);
  });

  it('notice a picture without a text', async () => {
    const { page, faults } = await browser.newPage();
    await page.goto(await serve(SOUND.replace('</main>', '<img src="/x.png"></main>')));
    faults.allow(/./);
    expect(await accessibilityViolations(page)).toContainEqual(expect.stringMatching(/^image-alt /));
  });
});
