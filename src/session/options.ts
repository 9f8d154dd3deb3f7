import type { IAwsContext } from '../aws/context';
import type { ISiteConfig } from '../config';
import type { Language } from '../protocol';
import type { IEmrPort } from './connect/ports';
import type { SessionSettings } from './settings/settings';
import type { ISparkmagicConfig } from './settings/sparkmagic';
import type { ITakenStatement } from './reattach/taken';

/** What a notebook's session is made with. */
export interface INotebookSessionOptions {
  language: Language;
  site: ISiteConfig;
  /** EMR in an account and region. */
  emr: (context: IAwsContext) => IEmrPort;
  env?: NodeJS.ProcessEnv;
  sparkmagic?: ISparkmagicConfig;
  /** The user's own session settings, as the page last told them; shared by all bindings. */
  user?: { settings: SessionSettings };
  /** Name of this binding, where a notebook has several: it goes into the names of its sessions. */
  binding?: string;
  /** A statement of an earlier kernel is followed. */
  onTaken?: (taken: ITakenStatement) => void;
}
