/** Builds what the tests deploy and run, so that they never use an old build. */
import { buildCode } from '../../build/build.ts';

export async function setup(): Promise<void> {
  await buildCode();
}
