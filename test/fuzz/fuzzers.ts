/** All fuzzes. To add one, import it and list it here. */
import { cacheFuzz } from './cache/cache-fuzz.ts';
import type { Fuzz } from './fuzz.ts';
import { handlerFuzz } from './handler/handler-fuzz.ts';
import { proxyFuzz } from './proxy.ts';
import { racesFuzz } from './races.ts';

export const FUZZERS: readonly Fuzz[] = [handlerFuzz, cacheFuzz, proxyFuzz, racesFuzz];
