import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MAXIMUM_LABEL_LENGTH } from '../../../src/app-passwords/label.ts';
import { MAXIMUM_PASSWORDS, TENANT_LIMITS, USER_LIMITS } from '../../../src/app-passwords/limits.ts';
import { MAXIMUM_EXPIRY_DAYS } from '../../../src/app-passwords/new-password.ts';
import { OPENAPI_DOCUMENT } from '../../../src/app-passwords/openapi.ts';
import { PROBLEMS } from '../../../src/app-passwords/problem.ts';
import { APP_PASSWORD_METRICS } from '../../../src/config/metrics.ts';

const GUIDE = readFileSync(new URL('../../../docs/app-passwords.md', import.meta.url), 'utf8');

describe('docs/app-passwords.md', () => {
  it('lists every code of a problem with its status', () => {
    const rows = [...GUIDE.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    expect(Object.fromEntries(rows)).toEqual(PROBLEMS);
  });

  it.each([
    `passwords of a user | ${MAXIMUM_PASSWORDS} |`,
    `new passwords of a user | ${USER_LIMITS.create.most} an hour |`,
    `deletions of a user | ${USER_LIMITS.delete.most} an hour |`,
    `reads of a user (the list, or one password) | ${USER_LIMITS.list.most} a minute |`,
    `of all users together | ${TENANT_LIMITS.users.most} in ${TENANT_LIMITS.users.seconds} s |`,
    `of one user | ${TENANT_LIMITS.user.most} in ${TENANT_LIMITS.user.seconds} s |`,
    `of the sweep | ${TENANT_LIMITS.sweep.most} in ${TENANT_LIMITS.sweep.seconds} s |`,
    `label | 1 to ${MAXIMUM_LABEL_LENGTH} characters,`,
    `expiry | 1 to ${MAXIMUM_EXPIRY_DAYS} whole days,`,
  ])('says that the limit is "%s"', (limit) => {
    expect([USER_LIMITS.create.seconds, USER_LIMITS.delete.seconds, USER_LIMITS.list.seconds]).toEqual([
      3600, 3600, 60,
    ]);
    expect(GUIDE).toContain(limit);
  });

  it('lists every operation and every metric', () => {
    for (const [path, item] of Object.entries(OPENAPI_DOCUMENT.paths)) {
      const methods = Object.keys(item).filter((name) => name !== 'parameters');
      for (const method of methods) expect(GUIDE).toContain(`| \`${method.toUpperCase()} ${path}\``);
    }
    for (const metric of Object.values(APP_PASSWORD_METRICS)) expect(GUIDE).toContain(`\`${metric}\``);
  });
});
