/**
 * Splits lists into pages, by number (`page`, `per_page`, `include_totals`) or by checkpoint (`from`, `take`). If a
 * query has both, the checkpoint wins.
 */

import { invalidQuery } from './api-error.ts';
import type { Reply } from './http.ts';

const DEFAULT_SIZE = 50;
const MAX_SIZE = 100;

/** @param name the member that holds the list if the response is an object */
export function pageReply(name: string, items: readonly unknown[], query: URLSearchParams): Reply {
  const byCheckpoint = query.has('from') || query.has('take');
  return { status: 200, body: byCheckpoint ? checkpointPage(name, items, query) : numberedPage(name, items, query) };
}

function numberedPage(name: string, items: readonly unknown[], query: URLSearchParams): unknown {
  const page = readInteger(query, 'page', 0, 0, Number.MAX_SAFE_INTEGER);
  const limit = readInteger(query, 'per_page', DEFAULT_SIZE, 1, MAX_SIZE);
  const start = page * limit;
  const cut = items.slice(start, start + limit);
  if (!readBoolean(query, 'include_totals')) return cut;
  return { start, limit, total: items.length, [name]: cut };
}

/** The last page has no `next`. */
function checkpointPage(name: string, items: readonly unknown[], query: URLSearchParams): unknown {
  const take = readInteger(query, 'take', DEFAULT_SIZE, 1, MAX_SIZE);
  const start = readCheckpoint(query);
  const end = start + take;
  return { [name]: items.slice(start, end), ...(end < items.length && { next: writeCheckpoint(end) }) };
}

function readInteger(query: URLSearchParams, name: string, absent: number, min: number, max: number): number {
  const value = query.get(name);
  if (value === null) return absent;
  if (!/^\d{1,15}$/.test(value))
    throw invalidQuery(`'Expected type integer but found type string' on property ${name}`);
  const number = Number(value);
  if (number < min) throw invalidQuery(`'Value ${number} is less than minimum ${min}' on property ${name}`);
  if (number > max) throw invalidQuery(`'Value ${number} is greater than maximum ${max}' on property ${name}`);
  return number;
}

function readBoolean(query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? 'false';
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalidQuery(`'Expected type boolean but found type string' on property ${name}`);
}

function writeCheckpoint(index: number): string {
  return Buffer.from(`checkpoint:${index}`).toString('base64url');
}

function readCheckpoint(query: URLSearchParams): number {
  const value = query.get('from');
  if (value === null) return 0;
  const index = /^checkpoint:(\d+)$/.exec(Buffer.from(value, 'base64url').toString('utf8'))?.[1];
  if (index === undefined) throw invalidQuery("'Invalid checkpoint' on property from");
  return Number(index);
}
