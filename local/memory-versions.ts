/** The versions of one secret in memory, with the rules of Secrets Manager or the fewer rules of the emulator. */
import { AwsError } from '../src/aws/errors.ts';
import type { SecretVersions } from '../src/aws/secret-versions.ts';

/** The emulator does not remove AWSPENDING from a version when another version gets it. */
export type Flavour = 'AWS' | 'emulator';

export class MemoryVersions implements SecretVersions {
  readonly values = new Map<string, string>();
  readonly labels = new Map<string, Set<string>>();
  readonly #flavour: Flavour;

  constructor(flavour: Flavour, versionId: string, value: string) {
    this.#flavour = flavour;
    this.values.set(versionId, value);
    this.labels.set(versionId, new Set(['AWSCURRENT']));
  }

  /** Adds the pending version that Secrets Manager creates before a rotation: without a value, or with one for a trial. */
  announce(versionId: string, value?: string): void {
    this.#label('AWSPENDING', versionId);
    if (value !== undefined) this.values.set(versionId, value);
  }

  /** The value under a label, as a reader sees it. */
  at(stage: string): string | undefined {
    const found = [...this.labels].find(([id, stages]) => stages.has(stage) && this.values.has(id));
    return found && this.values.get(found[0]);
  }

  async stages() {
    const labelled = [...this.labels].filter(([, stages]) => stages.size > 0);
    return new Map(labelled.map(([id, stages]) => [id, [...stages]]));
  }

  async read(versionId: string): Promise<string | undefined> {
    return this.values.get(versionId);
  }

  async add(versionId: string, value: string): Promise<void> {
    if (this.values.has(versionId)) return;
    this.values.set(versionId, value);
    this.#label('AWSPENDING', versionId);
  }

  async move(stage: string, { from, to }: { readonly from?: string; readonly to?: string }): Promise<void> {
    const [holder] =
      [...this.labels].find(([id, stages]) => stages.has(stage) && (from === undefined || id === from)) ?? [];
    if (holder !== from) throw new AwsError('secret_unwritable', `${stage} is not on the expected version.`);
    if (stage === 'AWSCURRENT') this.#moveCurrent(from, to);
    if (from !== undefined) this.labels.get(from)?.delete(stage);
    if (to !== undefined) this.#labelsOf(to).add(stage);
  }

  #moveCurrent(from: string | undefined, to: string | undefined): void {
    if (to === undefined) throw new AwsError('secret_unwritable', 'AWSCURRENT cannot be removed.');
    for (const stages of this.labels.values()) stages.delete('AWSPREVIOUS');
    if (from !== undefined) this.#labelsOf(from).add('AWSPREVIOUS');
  }

  #label(stage: string, versionId: string): void {
    if (this.#flavour === 'AWS') for (const stages of this.labels.values()) stages.delete(stage);
    this.#labelsOf(versionId).add(stage);
  }

  #labelsOf(versionId: string): Set<string> {
    const labels = this.labels.get(versionId) ?? new Set<string>();
    this.labels.set(versionId, labels);
    return labels;
  }
}
