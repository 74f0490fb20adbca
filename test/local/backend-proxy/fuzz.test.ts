import { describe, expect, it } from 'vitest';
import { proxyFuzz } from '../../fuzz/proxy.ts';

describe('three thousand random requests through the backend proxy', () => {
  it('arrive once and complete, and describe the caller only with headers of the proxy', async () => {
    const lines: string[] = [];
    await proxyFuzz.run({ cases: 3000, seed: 1, report: (line) => lines.push(line) });
    expect(lines.at(-1)).toMatch(/^proxy: 3000 cases, /);
  });
});
