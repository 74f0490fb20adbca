/**
 * Passes the events of the tenant's log stream on to the revocation queue: only those that revoke something, and of each only what the
 * function needs. An event of the Management API may hold a response body, and in it the value of an app specific password.
 */
import { EventBus, EventField, type IEventBus, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { FIELDS_THAT_REVOKE, MANAGEMENT_CODE, USER_CODES } from '../src/revocation/log-events.ts';

export interface LogEventRulesProps {
  /** The name or ARN of the partner event bus. */
  readonly bus: string;
  /** The revocation queue. */
  readonly to: IQueue;
}

const SOURCE = Match.prefix('aws.partner/auth0.com');
const USERS = Match.prefix('/api/v2/users/');

/**
 * The requests that may revoke something: all below a user, and of those to the user itself all but a PATCH of other fields. Whether
 * the body has `user_metadata` cannot be asked, because `exists` sees no objects.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
const REQUEST = {
  $or: [
    { path: Match.wildcard('/api/v2/users/*/*') },
    { path: USERS, method: Match.anythingButEqualsIgnoreCase('patch') },
    { path: USERS, body: { $or: FIELDS_THAT_REVOKE.map((field) => ({ [field]: Match.exists() })) } },
  ],
};

/**
 * Two rules, so that each event has every field that its rule passes on.
 *
 * @see https://auth0.com/docs/customize/log-streams/amazon-eventbridge
 */
export class LogEventRules extends Construct {
  constructor(scope: Construct, id: string, { bus: nameOrArn, to }: LogEventRulesProps) {
    super(scope, id);
    const bus = this.#bus(nameOrArn);
    this.#rule('Writes', bus, to, {
      description: 'Passes on writes of the Management API that change what a user may do or how the user logs in.',
      pattern: { type: [MANAGEMENT_CODE], date: Match.exists(), details: { request: REQUEST } },
      passed: { path: 'details.request.path' },
    });
    this.#rule('Users', bus, to, {
      description:
        'Passes on changed passwords, deleted users, revoked refresh tokens, and users who were logged out everywhere.',
      pattern: { type: Object.keys(USER_CODES), date: Match.exists(), user_id: Match.anythingBut('') },
      passed: { user: 'user_id' },
    });
  }

  #bus(nameOrArn: string): IEventBus {
    return nameOrArn.startsWith('arn:')
      ? EventBus.fromEventBusArn(this, 'Bus', nameOrArn)
      : EventBus.fromEventBusName(this, 'Bus', nameOrArn);
  }

  #rule(id: string, eventBus: IEventBus, to: IQueue, { description, pattern, passed }: RuleContent): void {
    const fields = Object.entries({ type: 'type', date: 'date', ...passed });
    const message = Object.fromEntries(
      fields.map(([name, path]) => [name, EventField.fromPath(`$.detail.data.${path}`)]),
    );
    new Rule(this, id, {
      description,
      eventBus,
      eventPattern: { source: SOURCE, detail: { data: pattern } },
      targets: [new SqsQueue(to, { message: RuleTargetInput.fromObject(message) })],
    });
  }
}

interface RuleContent {
  readonly description: string;
  /** What the data of the log event must have. */
  readonly pattern: object;
  /** Fields of the message besides `type` and `date`, by their paths in the data. */
  readonly passed: Readonly<Record<string, string>>;
}
