/** EventBridge Scheduler's operations, in one group: `default`. */
import * as model from '@aws-sdk/client-scheduler';
import { isDeepStrictEqual } from 'node:util';

import type { Guard } from '../access/guard';
import { AwsError } from '../errors';
import { page } from '../paging';
import { inputOf, type OperationSchema } from '../protocols/restJson';
import type { ICall, IService } from '../types';
import { checkSpec, groupArn, invalid, scheduleArn, type ISchedule, type Spec } from './schedule';
import type { SchedulerRegion } from './region';

const PAGE = 100;
const GROUP = 'default';

/** Its operations, with where their inputs stand in a request. */
export const SCHEDULER_SCHEMAS: Record<string, OperationSchema> = {
  CreateSchedule: model.CreateSchedule$,
  GetSchedule: model.GetSchedule$,
  ListSchedules: model.ListSchedules$,
  UpdateSchedule: model.UpdateSchedule$,
  DeleteSchedule: model.DeleteSchedule$,
  GetScheduleGroup: model.GetScheduleGroup$,
  ListScheduleGroups: model.ListScheduleGroups$
};

export function makeScheduler(regionOf: (call: ICall) => SchedulerRegion, guard: Guard): IService {
  /** @throws AwsError `AccessDeniedException`, `ResourceNotFoundException` for another group */
  const allow = async (operation: string, group: string | undefined, name: string | undefined, call: ICall) => {
    const resource = name === undefined ? '*' : scheduleArn(call.region, group ?? GROUP, name);
    await guard.require(call.caller, `scheduler:${operation}`, resource);
    checkGroup(group);
  };
  const find = (name: string | undefined, call: ICall): ISchedule => {
    const found = regionOf(call).schedules.get(name ?? '');
    if (!found) {
      throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    }
    return found;
  };
  /** What may be written: checked, and its role one that the caller may pass and the scheduler may assume. */
  const read = async (spec: Spec, call: ICall) => {
    const region = regionOf(call);
    const expression = checkSpec(spec, region.wheel.now());
    const role = spec.Target!.RoleArn!;
    await guard.require(call.caller, 'iam:PassRole', role, { 'iam:PassedToService': 'scheduler.amazonaws.com' });
    if (!(await guard.trustsService(role, 'scheduler.amazonaws.com', groupArn(call.region, GROUP)))) {
      throw invalid('The execution role you provide must allow AWS EventBridge Scheduler to assume the role.');
    }
    return expression;
  };
  return {
    name: 'scheduler',
    inputs: Object.fromEntries(Object.entries(SCHEDULER_SCHEMAS).map(([name, schema]) => [name, inputOf(schema)])),
    operations: {
      CreateSchedule: async (input: model.CreateScheduleInput, call: ICall): Promise<model.CreateScheduleOutput> => {
        const { ClientToken, ...spec } = input;
        await allow('CreateSchedule', spec.GroupName, spec.Name, call);
        const region = regionOf(call);
        const known = region.tokens.get(ClientToken ?? '');
        const there = region.schedules.get(spec.Name!);
        if (there && known !== undefined && isDeepStrictEqual(known, spec)) {
          return { ScheduleArn: there.arn };
        }
        if (there || (known !== undefined && !isDeepStrictEqual(known, spec))) {
          throw new AwsError('ConflictException', `Schedule ${spec.Name} already exists.`, 409);
        }
        const expression = await read(spec, call);
        const now = region.wheel.now();
        const schedule: ISchedule = {
          arn: scheduleArn(call.region, GROUP, spec.Name!),
          name: spec.Name!,
          group: GROUP,
          spec,
          expression,
          created: new Date(),
          modified: now,
          last: now,
          executions: []
        };
        if (ClientToken !== undefined) {
          region.tokens.set(ClientToken, spec);
        }
        region.schedules.set(schedule.name, schedule);
        region.wheel.arm();
        return { ScheduleArn: schedule.arn };
      },
      UpdateSchedule: async (input: model.UpdateScheduleInput, call: ICall): Promise<model.UpdateScheduleOutput> => {
        const { ClientToken: _token, ...spec } = input;
        await allow('UpdateSchedule', spec.GroupName, spec.Name, call);
        const schedule = find(spec.Name, call);
        schedule.expression = await read(spec, call);
        // What is not said takes its default, as AWS has it.
        schedule.spec = spec;
        const region = regionOf(call);
        schedule.modified = schedule.last = region.wheel.now();
        region.wheel.arm();
        return { ScheduleArn: schedule.arn };
      },
      GetSchedule: async (input: model.GetScheduleInput, call: ICall): Promise<model.GetScheduleOutput> => {
        await allow('GetSchedule', input.GroupName, input.Name, call);
        return view(find(input.Name, call));
      },
      ListSchedules: async (input: model.ListSchedulesInput, call: ICall): Promise<model.ListSchedulesOutput> => {
        await allow('ListSchedules', input.GroupName, undefined, call);
        const { NamePrefix = '', State, MaxResults = PAGE, NextToken } = input;
        const found = [...regionOf(call).schedules.values()]
          .filter(({ name, spec }) => name.startsWith(NamePrefix) && (!State || (spec.State ?? 'ENABLED') === State))
          .sort((a, b) => a.name.localeCompare(b.name));
        const { items, next } = page(found, NextToken, MaxResults, PAGE, 'ValidationException');
        return { Schedules: items.map(summary), NextToken: next };
      },
      DeleteSchedule: async (input: model.DeleteScheduleInput, call: ICall): Promise<model.DeleteScheduleOutput> => {
        await allow('DeleteSchedule', input.GroupName, input.Name, call);
        regionOf(call).remove(find(input.Name, call));
        return {};
      },
      GetScheduleGroup: async (
        input: model.GetScheduleGroupInput,
        call: ICall
      ): Promise<model.GetScheduleGroupOutput> => {
        await guard.require(call.caller, 'scheduler:GetScheduleGroup', groupArn(call.region, input.Name ?? GROUP));
        checkGroup(input.Name);
        return group(call.region);
      },
      ListScheduleGroups: async (
        _input: model.ListScheduleGroupsInput,
        call: ICall
      ): Promise<model.ListScheduleGroupsOutput> => {
        await guard.require(call.caller, 'scheduler:ListScheduleGroups', '*');
        return { ScheduleGroups: [group(call.region)] };
      }
    }
  };
}

function checkGroup(name: string | undefined): void {
  if ((name ?? GROUP) !== GROUP) {
    throw new AwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404);
  }
}

function group(region: string): { Arn: string; Name: string; State: model.ScheduleGroupState } {
  return { Arn: groupArn(region, GROUP), Name: GROUP, State: 'ACTIVE' };
}

function view({ arn, spec, created, modified }: ISchedule): model.GetScheduleOutput {
  return {
    ActionAfterCompletion: 'NONE',
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED',
    ...spec,
    Arn: arn,
    GroupName: GROUP,
    CreationDate: created,
    LastModificationDate: modified,
    Target: spec.Target && {
      ...spec.Target,
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185, ...spec.Target.RetryPolicy }
    }
  };
}

function summary({ arn, name, spec, created, modified }: ISchedule): model.ScheduleSummary {
  return {
    Arn: arn,
    Name: name,
    GroupName: GROUP,
    State: spec.State ?? 'ENABLED',
    CreationDate: created,
    LastModificationDate: modified,
    Target: { Arn: spec.Target?.Arn }
  };
}
