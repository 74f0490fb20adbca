/**
 * Synthesizes a template that needs no bootstrapped account: the code of each function is a zip file in a bucket that a parameter names.
 */
import {
  type DockerImageAssetLocation,
  type FileAssetLocation,
  type FileAssetSource,
  Fn,
  type ISynthesisSession,
  StackSynthesizer,
} from 'aws-cdk-lib';
import type { Parameters } from './parameters.ts';

export class ReleaseSynthesizer extends StackSynthesizer {
  /** The folder of each asset, by its hash. */
  readonly folders = new Map<string, string>();
  #parameters: Parameters | undefined;

  /** Call it before the first function is created. */
  set parameters(parameters: Parameters) {
    this.#parameters = parameters;
  }

  override addFileAsset({ sourceHash, fileName }: FileAssetSource): FileAssetLocation {
    if (fileName === undefined || !this.#parameters) throw new Error(`The asset ${sourceHash} is not a folder.`);
    this.folders.set(sourceHash, fileName);
    const { AssetsBucket, AssetsPrefix } = this.#parameters;
    const objectKey = Fn.join('', [AssetsPrefix.valueAsString, `${sourceHash}.zip`]);
    const bucketName = AssetsBucket.valueAsString;
    return { bucketName, objectKey, httpUrl: '', s3ObjectUrl: '' };
  }

  override addDockerImageAsset(): DockerImageAssetLocation {
    throw new Error('The template has no container images.');
  }

  override synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session);
    this.emitArtifact(session);
  }
}
