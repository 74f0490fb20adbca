/** Starts the installed Chromium, without a window. It never downloads one. */
import { type Browser, chromium } from 'playwright-core';

/** @param executablePath from `findChromium` */
export function launchChromium(executablePath: string): Promise<Browser> {
  // Chromium refuses to sandbox its processes when it runs as root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  // The pages run on loopback, also where the environment names a proxy.
  return chromium.launch({ executablePath, headless: true, args: [...args, '--no-proxy-server'] });
}
