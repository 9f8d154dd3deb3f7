/** EventBridge, CloudWatch's alarms and CloudWatch Logs, as far as a pipeline has to do with them. */
import type * as alarms from '@aws-sdk/client-cloudwatch';
import type * as logs from '@aws-sdk/client-cloudwatch-logs';
import type * as events from '@aws-sdk/client-eventbridge';

import type { Guard } from '../access/guard';
import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import type { ICall, IService } from '../types';
import { EventBus } from './bus';

interface ILogGroup {
  name: string;
  createdAt: number;
  retentionDays?: number;
  kmsKey?: string;
  streams: Map<string, { timestamp: number; message: string }[]>;
}

/** What one region has. Alarms never go off: nobody measures here. */
export class MonitoringRegion {
  readonly bus = new EventBus();
  readonly alarms = new Map<string, alarms.MetricAlarm>();
  readonly groups = new Map<string, ILogGroup>();
}

type RegionOf = (call: ICall) => MonitoringRegion;

const missing = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);
const tagsOf = (tags: { Key?: string; Value?: string }[] = []): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));

/** EventBridge. */
export function makeEvents(regionOf: RegionOf, guard: Guard): IService {
  const allow = (operation: string, name: string | undefined, { caller, region }: ICall) =>
    guard.require(caller, `events:${operation}`, `arn:aws:events:${region}:${ACCOUNT_ID}:rule/${name ?? ''}`);
  const find = (name: string | undefined, call: ICall) => {
    const rule = regionOf(call).bus.rules.get(name ?? '');
    if (!rule) {
      throw missing(`Rule ${name ?? ''} does not exist on EventBus default.`);
    }
    return rule;
  };
  return {
    name: 'events',
    operations: {
      PutRule: async (input: events.PutRuleCommandInput, call: ICall) => {
        const { Name: name = '', EventPattern: pattern = '' } = input;
        await allow('PutRule', name, call);
        try {
          JSON.parse(pattern);
        } catch {
          throw new AwsError('InvalidEventPatternException', 'Event pattern is not valid. Reason: it is no JSON');
        }
        const { rules } = regionOf(call).bus;
        const before = rules.get(name);
        rules.set(name, {
          name,
          pattern,
          ...(input.Description ? { description: input.Description } : {}),
          state: input.State ?? 'ENABLED',
          targets: before?.targets ?? new Map<string, { Id: string; Arn: string }>(),
          tags: before?.tags ?? tagsOf(input.Tags)
        });
        return { RuleArn: `arn:aws:events:${call.region}:${ACCOUNT_ID}:rule/${name}` };
      },
      DescribeRule: async ({ Name }: events.DescribeRuleCommandInput, call: ICall) => {
        await allow('DescribeRule', Name, call);
        const { name, description, pattern, state } = find(Name, call);
        return {
          Name: name,
          Arn: `arn:aws:events:${call.region}:${ACCOUNT_ID}:rule/${name}`,
          Description: description,
          EventPattern: pattern,
          State: state,
          EventBusName: 'default'
        };
      },
      ListTargetsByRule: async ({ Rule }: events.ListTargetsByRuleCommandInput, call: ICall) => {
        await allow('ListTargetsByRule', Rule, call);
        return { Targets: [...find(Rule, call).targets.values()] };
      },
      PutTargets: async ({ Rule, Targets = [] }: events.PutTargetsCommandInput, call: ICall) => {
        await allow('PutTargets', Rule, call);
        const rule = find(Rule, call);
        Targets.forEach(({ Id = '', Arn = '' }) => rule.targets.set(Id, { Id, Arn }));
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
      RemoveTargets: async ({ Rule, Ids = [] }: events.RemoveTargetsCommandInput, call: ICall) => {
        await allow('RemoveTargets', Rule, call);
        const rule = find(Rule, call);
        Ids.forEach(id => rule.targets.delete(id));
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
      DeleteRule: async ({ Name = '' }: events.DeleteRuleCommandInput, call: ICall) => {
        await allow('DeleteRule', Name, call);
        const { rules } = regionOf(call).bus;
        if ((rules.get(Name)?.targets.size ?? 0) > 0) {
          throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
        }
        rules.delete(Name);
        return {};
      }
    }
  };
}

/** CloudWatch's alarms. */
export function makeCloudWatch(regionOf: RegionOf, guard: Guard): IService {
  const arn = (name: string, region: string) => `arn:aws:cloudwatch:${region}:${ACCOUNT_ID}:alarm:${name}`;
  const allow = (operation: string, name: string, { caller, region }: ICall) =>
    guard.require(caller, `cloudwatch:${operation}`, arn(name, region));
  return {
    name: 'monitoring',
    operations: {
      PutMetricAlarm: async (input: alarms.PutMetricAlarmCommandInput, call: ICall) => {
        const { Tags: _tags, AlarmName = '', ...rest } = input;
        await allow('PutMetricAlarm', AlarmName, call);
        regionOf(call).alarms.set(AlarmName, {
          AlarmName,
          ...rest,
          AlarmArn: arn(AlarmName, call.region),
          ActionsEnabled: true,
          StateValue: 'INSUFFICIENT_DATA'
        });
        return {};
      },
      DescribeAlarms: async ({ AlarmNames = [] }: alarms.DescribeAlarmsCommandInput, call: ICall) => {
        await allow('DescribeAlarms', AlarmNames[0] ?? '*', call);
        const all = [...regionOf(call).alarms.values()];
        const named = ({ AlarmName = '' }) => AlarmNames.length === 0 || AlarmNames.includes(AlarmName);
        return { MetricAlarms: all.filter(named), CompositeAlarms: [] };
      },
      DeleteAlarms: async ({ AlarmNames = [] }: alarms.DeleteAlarmsCommandInput, call: ICall) => {
        await allow('DeleteAlarms', AlarmNames[0] ?? '*', call);
        AlarmNames.forEach(name => regionOf(call).alarms.delete(name));
        return {};
      }
    }
  };
}

/** CloudWatch Logs. */
export function makeLogs(regionOf: RegionOf, guard: Guard): IService {
  const arn = (name: string, region: string) => `arn:aws:logs:${region}:${ACCOUNT_ID}:log-group:${name}`;
  const allow = (operation: string, name: string, { caller, region }: ICall) =>
    guard.require(caller, `logs:${operation}`, name === '*' ? '*' : `${arn(name, region)}:*`);
  const find = (name: string | undefined, call: ICall): ILogGroup => {
    const group = regionOf(call).groups.get(name ?? '');
    if (!group) {
      throw missing('The specified log group does not exist.');
    }
    return group;
  };
  const streamOf = (group: ILogGroup, name: string | undefined) => {
    const stream = group.streams.get(name ?? '');
    if (!stream) {
      throw missing('The specified log stream does not exist.');
    }
    return stream;
  };
  return {
    name: 'logs',
    operations: {
      CreateLogGroup: async ({ logGroupName: name = '', kmsKeyId }: logs.CreateLogGroupCommandInput, call: ICall) => {
        await allow('CreateLogGroup', name, call);
        const { groups } = regionOf(call);
        if (groups.has(name)) {
          throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
        }
        groups.set(name, {
          name,
          createdAt: Date.now(),
          streams: new Map(),
          ...(kmsKeyId ? { kmsKey: kmsKeyId } : {})
        });
        return {};
      },
      DescribeLogGroups: async (input: logs.DescribeLogGroupsCommandInput, call: ICall) => {
        const { logGroupNamePrefix: prefix = '', limit = 50 } = input;
        await allow('DescribeLogGroups', '*', call);
        const found = [...regionOf(call).groups.values()]
          .filter(({ name }) => name.startsWith(prefix))
          .sort((a, b) => a.name.localeCompare(b.name));
        return {
          logGroups: found.slice(0, limit).map(({ name, createdAt, retentionDays, kmsKey }) => ({
            logGroupName: name,
            creationTime: createdAt,
            retentionInDays: retentionDays,
            kmsKeyId: kmsKey,
            arn: `${arn(name, call.region)}:*`
          }))
        };
      },
      PutRetentionPolicy: async (input: logs.PutRetentionPolicyCommandInput, call: ICall) => {
        await allow('PutRetentionPolicy', input.logGroupName ?? '', call);
        find(input.logGroupName, call).retentionDays = input.retentionInDays;
        return {};
      },
      AssociateKmsKey: async ({ logGroupName, kmsKeyId }: logs.AssociateKmsKeyCommandInput, call: ICall) => {
        await allow('AssociateKmsKey', logGroupName ?? '', call);
        find(logGroupName, call).kmsKey = kmsKeyId;
        return {};
      },
      DeleteLogGroup: async ({ logGroupName: name = '' }: logs.DeleteLogGroupCommandInput, call: ICall) => {
        await allow('DeleteLogGroup', name, call);
        regionOf(call).groups.delete(find(name, call).name);
        return {};
      },
      CreateLogStream: async (input: logs.CreateLogStreamCommandInput, call: ICall) => {
        await allow('CreateLogStream', input.logGroupName ?? '', call);
        const { streams } = find(input.logGroupName, call);
        if (streams.has(input.logStreamName ?? '')) {
          throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
        }
        streams.set(input.logStreamName ?? '', []);
        return {};
      },
      PutLogEvents: async (input: logs.PutLogEventsCommandInput, call: ICall) => {
        await allow('PutLogEvents', input.logGroupName ?? '', call);
        streamOf(find(input.logGroupName, call), input.logStreamName).push(
          ...(input.logEvents ?? []).map(({ timestamp = 0, message = '' }) => ({ timestamp, message }))
        );
        return {};
      },
      DescribeLogStreams: async (input: logs.DescribeLogStreamsCommandInput, call: ICall) => {
        await allow('DescribeLogStreams', input.logGroupName ?? '', call);
        const { streams } = find(input.logGroupName, call);
        return { logStreams: [...streams.keys()].map(logStreamName => ({ logStreamName })) };
      },
      GetLogEvents: async (input: logs.GetLogEventsCommandInput, call: ICall) => {
        await allow('GetLogEvents', input.logGroupName ?? '', call);
        return { events: streamOf(find(input.logGroupName, call), input.logStreamName) };
      }
    }
  };
}
