/** As whom the catalogue is asked: the user's own credentials, or a runtime role that they may assume. */
import type { IAwsContext } from '../aws';
import { callerIdentity, userName } from '../aws';
import type { IAccount, ICatalogIdentity, IErrorInfo, IRuntimeRole } from '../protocol';
import { EmrError, errorInfo } from '../protocol';

const ROLE_ARN = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;
/** A role that could not be assumed may have been let in meanwhile. */
const AGAIN_MS = 60_000;

/** `self`: the host's own credentials. */
export const SELF = 'self';

/** Knows who each identity is, and asks STS once for each. */
export class CatalogIdentities {
  private readonly accounts = new Map<string, { at: number; account: Promise<IAccount> }>();

  /** @param roles - runtime roles that are offered */
  constructor(
    private readonly aws: IAwsContext,
    private readonly roles: (signal?: AbortSignal) => Promise<IRuntimeRole[]>,
    private readonly who: typeof callerIdentity = callerIdentity
  ) {}

  /** The context that answers for an identity. @throws EmrError `UsageError` where it is none */
  context(as: string = SELF): IAwsContext {
    if (as === SELF) {
      return this.aws;
    }
    if (!ROLE_ARN.test(as)) {
      throw new EmrError({
        code: 'UsageError',
        hop: 'config',
        message: `The catalogue cannot be asked as "${as.slice(0, 120)}".`,
        fix: 'Say "self", or the ARN of a role: arn:aws:iam::123456789012:role/name.'
      });
    }
    return { ...this.aws, askAs: as };
  }

  /**
   * A role by its ARN or its name among those offered, or `self`.
   *
   * @throws EmrError `UsageError` listing them
   */
  async resolve(given: string | undefined, signal?: AbortSignal): Promise<string> {
    if (given === undefined || given === SELF || ROLE_ARN.test(given)) {
      return given ?? SELF;
    }
    const roles = await this.roles(signal);
    const found = roles.find(({ name, arn }) => name === given || arn.endsWith(`/${given}`));
    if (!found) {
      throw new EmrError({
        code: 'UsageError',
        hop: 'config',
        message: `There is no role "${given.slice(0, 120)}" to ask the catalogue as.`,
        fix: `Say "self", a role’s ARN, or one of: ${roles.map(({ name }) => name).join(', ') || '(the site names none)'}.`
      });
    }
    return found.arn;
  }

  /**
   * Account and ARN of an identity.
   *
   * @throws EmrError; of a role that does not let the caller in with what is to be changed
   */
  account(as: string = SELF, signal?: AbortSignal): Promise<IAccount> {
    const held = this.accounts.get(as);
    if (held && Date.now() - held.at < AGAIN_MS) {
      return held.account;
    }
    const account = this.ask(as, signal);
    this.accounts.set(as, { at: Date.now(), account });
    account.then(
      // Who one is does not change; new credentials of another user make another process’s context.
      () => this.accounts.get(as)?.account === account && this.accounts.set(as, { at: Date.now(), account }),
      error => errorInfo(error).code === 'Cancelled' && this.accounts.delete(as)
    );
    return account;
  }

  /** The user and the roles, each with why it cannot be used. */
  async list(signal?: AbortSignal): Promise<ICatalogIdentity[]> {
    const roles = await this.roles(signal).catch(() => []);
    return Promise.all([
      this.describe(SELF, signal),
      ...roles.map(({ arn, name }) => this.describe(arn, signal, name))
    ]);
  }

  private async describe(as: string, signal?: AbortSignal, name?: string): Promise<ICatalogIdentity> {
    try {
      const { arn, accountId } = await this.account(as, signal);
      return {
        as,
        label: name ?? (as === SELF ? userName(arn) : userName(as)),
        arn: as === SELF ? arn : as,
        accountId
      };
    } catch (error) {
      signal?.throwIfAborted();
      return {
        as,
        label: name ?? (as === SELF ? 'you' : userName(as)),
        arn: as === SELF ? '' : as,
        accountId: /::(\d{12}):/.exec(as)?.[1] ?? '',
        problem: errorInfo(error)
      };
    }
  }

  private async ask(as: string, signal?: AbortSignal): Promise<IAccount> {
    try {
      return await this.who(this.context(as), signal);
    } catch (error) {
      const info = errorInfo(error);
      throw as === SELF || info.hop !== 'sts' ? error : cannotAssume(as, info);
    }
  }
}

/** Why a role cannot be taken, in the words of who has to change it. */
function cannotAssume(role: string, info: IErrorInfo): EmrError {
  if (!info.code.startsWith('AccessDenied')) {
    return new EmrError(info);
  }
  const who = /User: (\S+) is not/.exec(info.detail ?? '')?.[1] ?? 'the Jupyter host';
  return new EmrError({
    ...info,
    message: `The catalogue cannot be seen as ${userName(role)}: ${who} may not assume ${role}.`,
    fix: `Ask the platform team to let ${who} do sts:AssumeRole on ${role}, in its own policy and in the role’s trust policy. Cells on EMR can run as the role without that.`
  });
}
