/** A CloudFormation template of all that a pipeline needs, for a platform team that makes roles itself. */
import type { IPipeline, IPlace, IRolePlan } from '../../protocol';
import { failurePattern, failureRuleName, longRunAlarm, longRunAlarmName } from '../alarms';
import { DEPLOYMENT_TAG, deploymentUri, logsUri, ourTags, scheduleName } from '../names';
import { queueOf } from '../release';
import { runInput, universalInput } from '../startRun';
import type { CfnValue } from './cfn';
import { Commented, Fn, cfnText, sub, subAll } from './cfn';
import type { IPolicyDocument } from './document';
import { roleDocuments } from './document';
import { imageLeft } from './image';
import { logGroupName } from './names';
import type { IPlanOptions } from './plan';
import { FULL_TABLE_ACCESS_LEFT, planRole, planSchedulerRole } from './plan';

/** What is in the template beside the pipeline. */
export interface ITemplateOptions extends Pick<IPlanOptions, 'lineOf'> {
  /** Where the archive of the pipeline's packages is; without it who deploys the template has to say it. */
  archiveUri?: string;
}

type Resources = Record<string, CfnValue>;

const ref = (name: string): Fn => new Fn('Ref', name);
const arnOf = (name: string): Fn => new Fn('GetAtt', `${name}.Arn`);
/** Before the stack is there nobody knows where it will be. */
const NOWHERE: IPlace = { accountId: 'ACCOUNT', region: 'REGION', partition: 'aws', applicationId: 'APPLICATION-ID' };
/** Stand in the run's input for what CloudFormation knows; they hold nothing that JSON or `!Sub` changes. */
const HOLES = {
  applicationId: '@Application@',
  roleArn: '@Role.Arn@',
  scriptUri: '@ScriptUri@',
  archiveUri: '@ArchiveUri@'
};

/**
 * The template as YAML. Account, region and partition are CloudFormation's own words in it: it goes into any account.
 *
 * @param scriptUri - where the script is (to be) uploaded, `s3://…`
 * @param place - of it the permissions boundary only
 * @throws EmrError `UsageError` naming the field that nothing can be made of
 */
export function template(
  pipeline: IPipeline,
  scriptUri: string,
  place: IPlace,
  options: ITemplateOptions = {}
): string {
  const anywhere: IPlace = {
    accountId: '${AWS::AccountId}',
    region: '${AWS::Region}',
    partition: '${AWS::Partition}',
    applicationId: '${Application}'
  };
  const { lineOf } = options;
  const plan = planRole(pipeline, anywhere, { lineOf, logGroupMade: true });
  const resources: Resources = {
    Application: application(pipeline),
    ...roleResources('Role', plan, pipeline, `Runs of the pipeline ${pipeline.name}`),
    ...grants(plan),
    ...(pipeline.logs.retentionDays === undefined ? {} : { LogGroup: logGroup(pipeline) }),
    ...(pipeline.schedule
      ? {
          ...roleResources(
            'SchedulerRole',
            planSchedulerRole(pipeline, anywhere, { lineOf }),
            pipeline,
            `EventBridge Scheduler starts runs of the pipeline ${pipeline.name}`
          ),
          Schedule: schedule(pipeline)
        }
      : {}),
    ...alarms(pipeline)
  };
  return cfnText(
    {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: `EMR Serverless pipeline ${pipeline.name}: application, role${pipeline.schedule ? ', schedule' : ''}`,
      Parameters: parameters(pipeline, scriptUri, place, options),
      Conditions: { HasBoundary: new Fn('Not', [new Fn('Equals', [ref('PermissionsBoundaryArn'), ''])]) },
      Resources: resources,
      Outputs: outputs(pipeline)
    },
    header(pipeline, scriptUri, plan)
  );
}

function header(pipeline: IPipeline, scriptUri: string, { lakeFormation }: IRolePlan): string {
  const { name, alarms: told } = pipeline;
  return [
    `The pipeline ${name}, by jupyterlab-emr. Deploy it with`,
    `  aws cloudformation deploy --stack-name emr-pipeline-${name} --template-file FILE \\`,
    '    --capabilities CAPABILITY_NAMED_IAM',
    `The script belongs at ${scriptUri}: "jupyter emr promote" uploads it.`,
    ...(lakeFormation.length > 0
      ? ['Who deploys it has to be able to grant in Lake Formation.', FULL_TABLE_ACCESS_LEFT]
      : []),
    ...imageLeft(pipeline, NOWHERE),
    ...(told
      ? [
          `The policy of the topic ${told.snsTopicArn} has to let events.amazonaws.com and cloudwatch.amazonaws.com publish.`
        ]
      : [])
  ].join('\n');
}

function parameters(pipeline: IPipeline, scriptUri: string, place: IPlace, { archiveUri }: ITemplateOptions): CfnValue {
  return {
    PermissionsBoundaryArn: {
      Type: 'String',
      Default: place.permissionsBoundary ?? '',
      AllowedPattern: '|arn:aws[a-z-]*:iam::(\\d{12}|aws):policy/.+',
      ConstraintDescription: 'is the ARN of a managed policy, or empty.',
      Description: "Permissions boundary of the pipeline's roles; empty: none."
    },
    ...(pipeline.schedule
      ? {
          ScriptUri: { Type: 'String', Default: scriptUri, Description: 'The script that runs, s3://….' },
          ...(hasArchive(pipeline)
            ? {
                ArchiveUri: {
                  Type: 'String',
                  Default: archiveUri,
                  Description: 'The archive of its Python packages, s3://…: deploying from the command line makes one.'
                }
              }
            : {}),
          ScheduleState: {
            Type: 'String',
            Default: pipeline.schedule.enabled === false ? 'DISABLED' : 'ENABLED',
            AllowedValues: ['ENABLED', 'DISABLED'],
            Description: 'Whether the pipeline runs by itself.'
          }
        }
      : {}),
    ...(pipeline.alarms
      ? {
          AlarmTopicArn: {
            Type: 'String',
            Default: pipeline.alarms.snsTopicArn,
            Description: 'SNS topic that is told.'
          }
        }
      : {})
  };
}

function application(pipeline: IPipeline): CfnValue {
  const { caps, image, logs } = pipeline;
  const queue = queueOf(pipeline.release);
  return {
    Type: 'AWS::EMRServerless::Application',
    Properties: {
      Name: pipeline.name,
      Type: 'SPARK',
      ReleaseLabel: pipeline.release,
      Architecture: pipeline.architecture,
      MaximumCapacity: new Commented('The most that all runs together may use.', {
        Cpu: `${caps.vcpu} vCPU`,
        Memory: `${caps.memoryGb} GB`,
        Disk: `${caps.diskGb} GB`
      }),
      AutoStartConfiguration: { Enabled: true },
      AutoStopConfiguration: { Enabled: true, IdleTimeoutMinutes: pipeline.autoStopMinutes },
      InteractiveConfiguration: { StudioEnabled: false, LivyEndpointEnabled: false },
      ...(queue
        ? {
            SchedulerConfiguration: {
              MaxConcurrentRuns: queue.maxConcurrentRuns,
              QueueTimeoutMinutes: queue.queueTimeoutMinutes
            }
          }
        : {}),
      ...(image ? { ImageConfiguration: { ImageUri: image } } : {}),
      MonitoringConfiguration: {
        S3MonitoringConfiguration: {
          LogUri: logsUri(pipeline),
          ...(logs.kmsKey ? { EncryptionKeyArn: logs.kmsKey } : {})
        },
        ...(logs.retentionDays === undefined
          ? {}
          : { CloudWatchLoggingConfiguration: { Enabled: true, LogGroupName: ref('LogGroup') } })
      },
      Tags: tags({ ...ourTags(pipeline), [DEPLOYMENT_TAG]: deploymentUri(pipeline) })
    }
  };
}

/** A role, and the managed policies that its inline policy has no room for. */
function roleResources(id: string, plan: IRolePlan, pipeline: IPipeline, description: string): Resources {
  const { inline, managed, note } = roleDocuments(plan);
  const reasons = new Map(plan.statements.map(({ sid, reason }) => [sid, reason]));
  const extra = managed.map((policy, at): [string, CfnValue] => [
    `${id}Policy${at + 1}`,
    {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        ManagedPolicyName: `${plan.roleName}-${at + 1}`,
        Description: description,
        PolicyDocument: policyNode(policy, reasons)
      }
    }
  ]);
  const role: CfnValue = {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: plan.roleName,
      Description: description,
      PermissionsBoundary: new Fn('If', ['HasBoundary', ref('PermissionsBoundaryArn'), ref('AWS::NoValue')]),
      AssumeRolePolicyDocument: subAll(plan.trust),
      Policies: [{ PolicyName: plan.roleName, PolicyDocument: policyNode(inline, reasons) }],
      ...(extra.length > 0 ? { ManagedPolicyArns: extra.map(([name]) => ref(name)) } : {}),
      Tags: tags(ourTags(pipeline))
    }
  };
  return { ...Object.fromEntries(extra), [id]: note ? new Commented(note, role) : role };
}

function policyNode(policy: IPolicyDocument, reasons: ReadonlyMap<string, string>): CfnValue {
  return {
    Version: policy.Version,
    Statement: policy.Statement.map(statement => {
      const reason = reasons.get(statement.Sid ?? '') ?? reasons.get((statement.Sid ?? '').replace(/[AB]+$/, ''));
      return reason ? new Commented(reason, subAll(statement)) : subAll(statement);
    })
  };
}

/** What Lake Formation has to grant. */
function grants({ lakeFormation }: IRolePlan): Resources {
  return Object.fromEntries(
    lakeFormation.map(({ expression, table, permissions, catalogId, reason }, at) => {
      const CatalogId = catalogId ?? ref('AWS::AccountId');
      const [DatabaseName, Name] = (table ?? '').split('.');
      const Resource: CfnValue = expression
        ? {
            LFTagPolicy: {
              CatalogId,
              ResourceType: 'TABLE',
              Expression: Object.entries(expression).map(([TagKey, TagValues]) => ({ TagKey, TagValues }))
            }
          }
        : { Table: { CatalogId, DatabaseName, ...(Name === '*' ? { TableWildcard: {} } : { Name }) } };
      return [
        `Grant${at}`,
        new Commented(reason, {
          Type: 'AWS::LakeFormation::PrincipalPermissions',
          Properties: {
            Principal: { DataLakePrincipalIdentifier: arnOf('Role') },
            Resource,
            Permissions: permissions,
            PermissionsWithGrantOption: []
          }
        })
      ];
    })
  );
}

function logGroup(pipeline: IPipeline): CfnValue {
  return new Commented('Logs outlive the stack.', {
    Type: 'AWS::Logs::LogGroup',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      LogGroupName: logGroupName(pipeline.name),
      RetentionInDays: pipeline.logs.retentionDays,
      ...(pipeline.logs.kmsKey ? { KmsKeyId: pipeline.logs.kmsKey } : {}),
      Tags: tags(ourTags(pipeline))
    }
  });
}

/** Packages in an archive; an image has its own. */
function hasArchive({ packages, image }: IPipeline): boolean {
  return packages.length > 0 && !image;
}

function schedule(pipeline: IPipeline): CfnValue {
  const { expression, timezone, arguments: values = {} } = pipeline.schedule!;
  const input = runInput(
    {
      version: 1,
      pipeline,
      applicationId: HOLES.applicationId,
      roleArn: HOLES.roleArn,
      scriptUri: HOLES.scriptUri,
      scriptSha: '',
      ...(hasArchive(pipeline) ? { archiveUri: HOLES.archiveUri } : {})
    },
    values,
    '<aws.scheduler.execution-id>',
    'schedule'
  );
  const text = Object.values(HOLES).reduce(
    (found, hole) => found.replaceAll(hole, `\${${hole.replaceAll('@', '')}}`),
    JSON.stringify(universalInput(input)).replaceAll('${', '${!')
  );
  return {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Name: scheduleName(pipeline.name),
      GroupName: 'default',
      Description: `Runs of the pipeline ${pipeline.name}`,
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: timezone ?? 'UTC',
      State: ref('ScheduleState'),
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: sub('arn:${AWS::Partition}:scheduler:::aws-sdk:emrserverless:startJobRun'),
        RoleArn: arnOf('SchedulerRole'),
        Input: new Fn('Sub', text)
      }
    }
  };
}

function alarms({ name, alarms: told }: IPipeline): Resources {
  if (!told) {
    return {};
  }
  const minutes = told.longerThanMinutes;
  return {
    ...(told.onFailure === false
      ? {}
      : {
          FailureRule: {
            Type: 'AWS::Events::Rule',
            Properties: {
              Name: failureRuleName(name),
              Description: `A run of the pipeline ${name} did not succeed`,
              EventPattern: failurePattern(ref('Application')),
              Targets: [{ Id: 'topic', Arn: ref('AlarmTopicArn') }]
            }
          }
        }),
    ...(minutes === undefined
      ? {}
      : {
          LongRunAlarm: {
            Type: 'AWS::CloudWatch::Alarm',
            Properties: {
              AlarmName: longRunAlarmName(name),
              AlarmDescription: `The pipeline ${name} has been running for more than ${minutes} minutes without a pause`,
              ...longRunAlarm(ref('Application'), minutes),
              AlarmActions: [ref('AlarmTopicArn')]
            }
          }
        })
  };
}

function outputs({ schedule: at, logs, name }: IPipeline): CfnValue {
  return {
    ApplicationId: { Description: 'The EMR Serverless application', Value: ref('Application') },
    RoleArn: { Description: `The role that runs of ${name} take`, Value: arnOf('Role') },
    ...(at ? { ScheduleArn: { Description: 'The schedule', Value: arnOf('Schedule') } } : {}),
    ...(logs.retentionDays === undefined
      ? {}
      : { LogGroupName: { Description: 'Logs of the runs', Value: ref('LogGroup') } })
  };
}

function tags(values: Record<string, string>): CfnValue {
  return Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
}
