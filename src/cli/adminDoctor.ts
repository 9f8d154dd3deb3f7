/** `jupyter emr doctor --admin`: what of the account is missing or too wide, as a table with the fix. */
import type { AdminFeature } from '../control';
import { adminDoctor, adminText, isFinding } from '../control';
import { EmrError } from '../protocol';
import type { ICommon, IContext } from './context';
import { Progress } from './output';

/** Options of `doctor --admin`. */
export interface IAdminDoctorOptions {
  admin?: boolean;
  feature?: string[];
  portfolio?: string;
  principal?: string[];
  runtimeRole?: string;
  runtimeRoles?: string[];
}

/** @returns 1 where something is missing or too wide */
export async function adminDoctorCommand(context: IContext<ICommon & IAdminDoctorOptions>): Promise<number> {
  const { options, terminal } = context;
  const { feature, portfolio, principal, runtimeRole, runtimeRoles = [] } = options;
  const roles = [...(runtimeRole ? [runtimeRole] : []), ...runtimeRoles];
  checkArns('--principal', principal ?? [], /^arn:[\w-]+:iam::\d{12}:(user|role)\/.+/);
  checkArns('--runtime-role', roles, /^arn:[\w-]+:iam::\d{12}:role\/.+/);
  const progress = new Progress(terminal);
  const checks = await adminDoctor(
    context.controlOptions(),
    {
      ...(feature ? { features: feature as AdminFeature[] } : {}),
      ...(portfolio ? { portfolio } : {}),
      ...(principal ? { principals: principal } : {}),
      ...(roles.length > 0 ? { runtimeRoles: roles } : {})
    },
    {
      signal: context.signal,
      onStart: doing => (terminal.interactive ? progress.show(`${doing} …`) : undefined)
    }
  ).finally(() => progress.clear());
  const ok = !checks.some(isFinding);
  terminal.out(options.json ? `${JSON.stringify({ ok, checks }, undefined, 2)}\n` : `${adminText(checks)}\n`);
  return ok ? 0 : 1;
}

function checkArns(option: string, arns: readonly string[], shape: RegExp): void {
  const wrong = arns.find(arn => !shape.test(arn));
  if (wrong !== undefined) {
    throw new EmrError({
      code: 'UsageError',
      hop: 'config',
      message: `${option}: "${wrong.slice(0, 100)}" is not the ARN of a role${option === '--principal' ? ' or user' : ''}.`,
      fix: 'It looks like arn:aws:iam::123456789012:role/NAME.'
    });
  }
}
