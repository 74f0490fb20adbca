import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { templates } from '../support/infra/synthesize.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:alarms';

function alarmsOf(api: Template): readonly Readonly<Record<string, unknown>>[] {
  return Object.values(api.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
}

describe('the alarms of a deployment', () => {
  it('watch the authorizer and the rotation, and have a dashboard', () => {
    const { api } = templates();
    const ids = Object.keys(api.findResources('AWS::CloudWatch::Alarm')).map((id) => id.slice(0, -8));
    expect(ids.sort()).toEqual([
      'AlarmsClientRefused',
      'AlarmsIssuerFailing',
      'AlarmsRefusalsJump',
      'AlarmsThrottled',
      'AuthorizerSharedStateRevocationMessagesLost',
      'RotationAlarmsFunctionFailing',
      'RotationAlarmsRotationFailed',
    ]);
    api.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  });

  it('notify the topic in alarmTopicArn, and nobody without it', () => {
    const alarms = alarmsOf(templates({ alarmTopicArn: TOPIC }).api);
    expect(alarms.map(({ AlarmActions }) => AlarmActions)).toEqual(Array(7).fill([TOPIC]));
    for (const alarm of alarmsOf(templates().api)) expect(alarm).not.toHaveProperty('AlarmActions');
  });

  it('each read one metric, because the emulator supports no metric math', () => {
    for (const alarm of alarmsOf(templates().api)) expect(alarm).toHaveProperty('MetricName');
  });
});

describe('the alarms of a rotation', () => {
  it('go off at the first error of the function', () => {
    templates().api.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: Match.stringLikeRegexp('^KeyRotationRotate') } }],
    });
  });

  it('go off at the first event of a failed rotation of this secret', () => {
    const { api } = templates();
    const [rule] = Object.keys(api.findResources('AWS::Events::Rule'));
    api.hasResourceProperties('AWS::Events::Rule', {
      State: 'ENABLED',
      EventPattern: {
        source: ['aws.secretsmanager'],
        detail: {
          eventName: ['RotationFailed'],
          additionalEventData: { SecretId: [{ 'Fn::ImportValue': Match.stringLikeRegexp('SigningKeySecret') }] },
        },
      },
    });
    api.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Events',
      MetricName: 'MatchedEvents',
      Threshold: 1,
      Dimensions: [{ Name: 'RuleName', Value: { Ref: rule } }],
    });
  });
});
