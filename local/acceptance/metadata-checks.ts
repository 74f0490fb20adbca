/**
 * Checks that the deployed API serves its metadata. The request goes to the API's own host: the public URL may belong to another
 * deployment.
 */
import { PROOF_ALGORITHMS } from '../../src/config/challenges.ts';
import { resourceMetadata } from '../../src/resource-metadata/document.ts';
import { resourceMetadataPath } from '../../src/resource-metadata/location.ts';
import { call } from './caller.ts';
import type { Deployed, RunContext } from './run-context.ts';

const SECTION = 'Metadata';

interface MetadataContext extends Pick<RunContext, 'report' | 'configuration'> {
  readonly guide: Pick<RunContext['guide'], 'step'>;
  readonly ports: Pick<RunContext['ports'], 'http'>;
}

/** @throws Interrupted */
export async function checkMetadata(
  { guide, report, ports, configuration }: MetadataContext,
  { apiUrl }: Pick<Deployed, 'apiUrl'>,
): Promise<void> {
  const { resourceMetadata: isServed, publicUrl, ...api } = configuration;
  const title = 'the metadata of the API';
  if (!isServed || publicUrl === undefined) {
    report.notTried(SECTION, title, 'it is off: set audience and publicUrl to the same URL, and resourceMetadata=true');
    return;
  }
  const url = `${apiUrl}${resourceMetadataPath(publicUrl).slice(1)}`;
  const { status, headers, body } = await guide.step(title, () => call(ports.http, url));
  const expected = resourceMetadata({ ...api, publicUrl }, PROOF_ALGORITHMS);
  report.compare(SECTION, title, `${status} ${JSON.stringify(body)}`, `200 ${JSON.stringify(expected)}`);
  report.compare(SECTION, 'its media type', headers['content-type'] ?? 'none', 'application/json');
}
