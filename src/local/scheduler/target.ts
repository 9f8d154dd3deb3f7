/** The universal target `emrserverless:startJobRun`: its input, and its start as the schedule's role. */
import type { Guard } from '../access/guard';
import type { CallLog } from '../calls';
import { AwsError } from '../errors';
import type { Faults } from '../faults';
import { ACCOUNT_ID } from '../identity';
import { uuid } from '../ids';
import { checkInput } from '../protocols/schema';
import type { IService } from '../types';
import { groupArn, type ISchedule } from './schedule';

export interface ITargetParts {
  guard: Guard;
  /** EMR Serverless; its StartJobRun is called in this process. */
  emrServerless: IService;
  faults: Faults;
  calls: CallLog;
}

/** Values that stand in an input by name. */
export interface IPlaces {
  scheduledTime: string;
  executionId: string;
  attempt: number;
}

/** Parameters whose keys are the user's own words. */
const MAPS = new Set(['tags', 'properties']);

/**
 * Start the target of a schedule as its role.
 *
 * @returns what StartJobRun answers
 * @throws AwsError where the role does not trust the scheduler, may not start the run, or the run is refused
 */
export async function start(
  { guard, emrServerless, faults, calls }: ITargetParts,
  region: string,
  { spec, group, arn }: ISchedule,
  places: IPlaces
): Promise<object> {
  const call = {
    time: new Date().toISOString(),
    service: 'emr-serverless' as const,
    operation: 'StartJobRun',
    protocol: 'rest-json',
    region,
    caller: 'scheduler.amazonaws.com'
  };
  try {
    const { caller } = await guard.assumeAsService(spec.Target!.RoleArn!, {
      service: 'scheduler.amazonaws.com',
      sourceArn: groupArn(region, group),
      sessionName: places.executionId.replace(/-/g, '')
    });
    call.caller = caller.arn;
    const input = readTargetInput(spec.Target!.Input ?? '{}', places, arn);
    const application = `arn:aws:emr-serverless:${region}:${ACCOUNT_ID}:/applications/${String(input['applicationId'])}`;
    await guard.require(caller, 'emr-serverless:StartJobRun', application);
    faults.check('emr-serverless', 'StartJobRun');
    const operation = Object.hasOwn(emrServerless.operations, 'StartJobRun')
      ? emrServerless.operations['StartJobRun']
      : undefined;
    if (!operation) {
      throw new AwsError('UnknownOperationException', 'The local account has no StartJobRun.');
    }
    const schema = emrServerless.inputs?.['StartJobRun'];
    const checked = schema ? checkInput(schema, input) : input;
    const answer = await operation(checked as never, { caller, region, requestId: uuid() });
    calls.add({ ...call, outcome: 'ok' });
    return answer;
  } catch (error) {
    calls.add({ ...call, outcome: error instanceof AwsError ? error.code : 'InternalFailure' });
    throw error;
  }
}

/** The input as the operation takes it: places filled in, names as the API writes them. */
export function readTargetInput(text: string, places: IPlaces, scheduleArn: string): Record<string, unknown> {
  const values: Record<string, string> = {
    'scheduled-time': places.scheduledTime,
    'execution-id': places.executionId,
    'attempt-number': String(places.attempt),
    'schedule-arn': scheduleArn
  };
  const filled = text.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name] : whole
  );
  const input = lower(JSON.parse(filled)) as Record<string, unknown>;
  return { clientToken: places.executionId, ...input };
}

/** The SDK writes parameters with a capital, the API without. */
function lower(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(lower);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const name = key[0].toLowerCase() + key.slice(1);
      return [name, MAPS.has(name) ? member : lower(member)];
    })
  );
}
