/** The order of an acceptance run. Whatever happens, it ends with the clean-up, which removes all that the run created. */
import { describeError } from '../../src/cli/describe-error.ts';
import { urlOf } from '../demo-requests.ts';
import { chooseRoutes, type DemoChoice } from '../demo-routes.ts';
import { UsageError } from '../options.ts';
import type { AppPasswords } from './app-passwords.ts';
import { checkCaches } from './cache-checks.ts';
import { bearer, call } from './caller.ts';
import { checkCredentials } from './credential-checks.ts';
import { gatherCredentials } from './credentials.ts';
import type { TestCredentials } from './credentials-file.ts';
import { observeGateway } from './gateway-findings.ts';
import { Interrupted } from './guide.ts';
import { checkMetadata } from './metadata-checks.ts';
import { checkOutage } from './outage-checks.ts';
import { checkPrincipalToken } from './principal-token-checks.ts';
import { checkRotation } from './rotation-checks.ts';
import type { Deployed, RunContext } from './run-context.ts';
import { CdkFailed, type StackPort } from './stacks.ts';
import { observeTenant } from './tenant-findings.ts';
import { differencesBetween, snapshotTenant, type TenantSnapshot } from './tenant-snapshot.ts';

/** A new API may not be reachable at once. */
const READY_WITHIN_MS = 60_000;
const POLL_MS = 2000;
const DEPLOYMENT = 'Deployment';
const TENANT = 'Tenant';

export class AcceptanceRun {
  readonly #context: RunContext;
  readonly #stacks: StackPort;
  readonly #given: TestCredentials;
  #before: TenantSnapshot | undefined;
  #mayHaveStacks = false;
  #appPasswords: AppPasswords | undefined;

  constructor(context: RunContext, stacks: StackPort, given: TestCredentials) {
    this.#context = context;
    this.#stacks = stacks;
    this.#given = given;
  }

  /** Runs everything. The report has the results, also those of failures. */
  async run(): Promise<void> {
    const { report, ports } = this.#context;
    const startedAtMs = ports.clock();
    try {
      await this.#deployAndCheck();
    } catch (error) {
      report.incomplete = describe(error);
    }
    try {
      await this.#cleanUp();
    } catch (error) {
      report.incomplete ??= describe(error);
    }
    report.seconds = Math.round((ports.clock() - startedAtMs) / 1000);
  }

  async #deployAndCheck(): Promise<void> {
    const { guide, report, ports, configuration } = this.#context;
    const choice = chooseRoutes(configuration.routes, configuration.backendUrl !== undefined);
    if (!choice)
      throw new UsageError('No route can be called. Leave routes out, or add one with GET that is not public.');
    const connection = await guide.step('the tenant', ports.connect);
    this.#before = await guide.step('the tenant', () => snapshotTenant(connection, configuration));
    const deployed = await this.#deploy(choice);
    if (!deployed) return;
    const target = { deployed, choice };
    const credentials = await gatherCredentials(this.#context, this.#given, choice, (made) => {
      this.#appPasswords = made;
    });
    await checkCredentials(this.#context, target, credentials);
    await checkMetadata(this.#context, deployed);
    await checkPrincipalToken(this.#context, target, credentials);
    await checkOutage(this.#context, deployed, credentials);
    await observeTenant(this.#context, target, credentials);
    await observeGateway(this.#context, deployed);
    await checkCaches(this.#context, target, credentials);
    await checkRotation(this.#context, target, credentials);
    report.judge(DEPLOYMENT, 'every check ran to its end', true, 'yes', 'yes');
  }

  async #deploy(choice: DemoChoice): Promise<Deployed | undefined> {
    const { guide, report, configuration } = this.#context;
    const { account, region, issuer, audience, stackPrefix } = report.subject;
    await guide.step('the synthesis of the stacks', () => this.#stacks.synthesize());
    guide.note(`The stacks ${stackPrefix}Key, ${stackPrefix} and ${stackPrefix}Observer, in ${account}, ${region}.`);
    guide.note(`They change the API ${audience} and a client grant at ${issuer}, until they are destroyed.`);
    guide.note('If this process is killed, destroy them with:');
    for (const command of this.#stacks.commandsToDestroy) guide.note(`  ${command}`);
    if (!(await guide.allows('Deploy them?'))) {
      report.incomplete = 'You did not allow the deployment.';
      return undefined;
    }
    guide.goOn();
    this.#mayHaveStacks = true;
    const deployed = await guide.step('the deployment (4 minutes or more)', () => this.#stacks.deploy());
    report.judge(DEPLOYMENT, `deployment of ${configuration.stackPrefix}`, true, 'deployed', 'deployed');
    await guide.step('the APIs', () => this.#becomeReady(deployed, choice));
    return deployed;
  }

  /** A request with a wrong credential must be refused by the authorizer, not by a gateway that does not know the API. */
  async #becomeReady({ apiUrl, observer }: Deployed, { route }: DemoChoice): Promise<void> {
    const { ports, guide } = this.#context;
    const deadlineMs = ports.clock() + READY_WITHIN_MS;
    const urls = [urlOf(apiUrl, route), `${observer.restUrl}shape`, `${observer.httpUrl}shape`];
    for (const url of urls) {
      while (ports.clock() < deadlineMs) {
        const { status } = await call(ports.http, url, bearer('not-ready'));
        if (status !== 0 && status !== 403) break;
        await guide.pause(POLL_MS);
      }
    }
  }

  async #cleanUp(): Promise<void> {
    const appPasswords = this.#appPasswords;
    if (appPasswords) await this.#removeAppPasswords(appPasswords);
    if (!this.#mayHaveStacks) return;
    await this.#destroy();
  }

  async #removeAppPasswords(appPasswords: AppPasswords): Promise<void> {
    const { guide, report, configuration } = this.#context;
    try {
      await guide.lastStep('the deletion of the app specific passwords', () => appPasswords.removeAll());
      report.judge(TENANT, 'app specific passwords of the run', true, 'deleted', 'deleted');
    } catch (error) {
      report.leave(
        `App specific passwords with the label "Acceptance run ${configuration.stackPrefix}". Delete them: npx asp list, npx asp delete. ${describe(error)}`,
      );
    }
  }

  async #destroy(): Promise<void> {
    const { guide, report } = this.#context;
    const { stackPrefix } = report.subject;
    let why = 'You did not allow it.';
    try {
      if (await guide.allows(`Destroy the stacks of ${stackPrefix}, and restore the tenant?`)) {
        await guide.lastStep('the destruction of the stacks (3 minutes or more)', () => this.#stacks.destroy());
        report.judge(DEPLOYMENT, `destruction of ${stackPrefix}`, true, 'destroyed', 'destroyed');
        await this.#compareTenant();
        return;
      }
    } catch (error) {
      why = describe(error);
    }
    for (const command of this.#stacks.commandsToDestroy) report.leave(`The stacks of ${stackPrefix}: ${command}`);
    report.leave(`Why: ${why}`);
  }

  async #compareTenant(): Promise<void> {
    const { guide, report, ports, configuration } = this.#context;
    const before = this.#before;
    if (!before) return;
    const after = await guide.lastStep('the tenant', async () => snapshotTenant(await ports.connect(), configuration));
    const differences = differencesBetween(before, after);
    report.compare(TENANT, 'the API and the client grant', differences.join(', ') || 'as before', 'as before');
  }
}

function describe(error: unknown): string {
  if (error instanceof Interrupted) return 'Interrupted.';
  const isForUser = error instanceof CdkFailed || error instanceof UsageError;
  return isForUser ? error.message : describeError(error);
}
