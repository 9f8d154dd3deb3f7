/**
 * The administrator's doctor: reads an account and says what is missing or too wide for each feature. It only reads;
 * what would change something is asked of IAM's simulator.
 */
import { EmrError } from '../../protocol';
import type { IControlOptions } from '../types';
import { awsContext } from '../control';
import { catalogueChecks } from './catalogue';
import { connectChecks } from './connect';
import { deliveryChecks } from './delivery';
import { promoteChecks } from './promote';
import { provisionChecks } from './provision';
import type { IAdminEvents } from './report';
import { AdminReport } from './report';
import { scheduleChecks } from './schedule';
import { sessionChecks } from './sessions';
import { Setup } from './setup';
import { teardownChecks } from './teardown';
import type { AdminFeature, IAdminCheck, IAdminTarget } from './types';
import { ADMIN_FEATURES } from './types';

export { adminText, isFinding } from './text';
export { ADMIN_FEATURES } from './types';
export type { IAdminEvents } from './report';
export type { AdminFeature, AdminState, IAdminCheck, IAdminTarget } from './types';

const CHECKS: Record<AdminFeature, (setup: Setup, report: AdminReport) => Promise<void>> = {
  provision: provisionChecks,
  connect: connectChecks,
  sessions: sessionChecks,
  teardown: teardownChecks,
  promote: promoteChecks,
  schedule: scheduleChecks,
  catalogue: catalogueChecks,
  delivery: deliveryChecks
};

/**
 * Read the account.
 *
 * @returns the checks in the order in which they were made
 * @throws EmrError where nothing can be asked at all: no credentials, no region, a portfolio or feature that is not there
 */
export async function adminDoctor(
  options: IControlOptions = {},
  target: IAdminTarget = {},
  events: IAdminEvents = {}
): Promise<IAdminCheck[]> {
  for (const feature of target.features ?? []) {
    if (!ADMIN_FEATURES.includes(feature)) {
      throw new EmrError({
        code: 'UsageError',
        hop: 'config',
        message: `"${String(feature)}" is no feature.`,
        fix: `There are ${ADMIN_FEATURES.join(', ')}.`
      });
    }
  }
  const setup = new Setup(awsContext(options), options.site ?? {}, target, events.signal);
  await setup.caller();
  if (target.portfolio !== undefined) {
    await setup.portfolios().catch((error: unknown) => {
      if (error instanceof EmrError && error.code === 'NoSuchPortfolio') {
        throw error;
      }
    });
  }
  const features = ADMIN_FEATURES.filter(one => !target.features?.length || target.features.includes(one));
  // Side by side: most of the time is spent waiting for AWS, and what two need is read once.
  const all = await Promise.all(
    features.map(async feature => {
      const report = new AdminReport(events);
      await CHECKS[feature](setup, report);
      return report.checks;
    })
  );
  return all.flat();
}
