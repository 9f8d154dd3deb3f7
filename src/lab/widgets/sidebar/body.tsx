import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { refreshIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { IApplications, IClusters, IEmrSettingsProvider, INotebookSessions, IPipelines } from '../../tokens';
import { CommandIDs } from '../../tokens';
import type { IApplicationActions } from '../applications';
import { ApplicationsBody } from '../applications';
import { DataSearch } from '../catalog/compact';
import { MyClusters, OtherClusters } from '../clusters';
import { ErrorPanel, Loading, Section, Trouble } from '../common';
import { useChanged } from '../common/hooks';
import type { IReveal, IRunActions } from '../pipelines';
import { PipelinesBody } from '../pipelines';
import { ProductCards, ProductForm } from '../products';
import { Release } from './release';

/** What the sidebar shows: the lists, or the form of one product. */
export type SidebarView = { kind: 'home' } | { kind: 'form'; productId: string; name?: string };

/** Properties of {@link SidebarBody}. */
export interface ISidebarProps {
  clusters: IClusters;
  pipelines: IPipelines;
  runActions: IRunActions;
  applications: IApplications;
  notebooks: INotebookSessions;
  applicationActions: IApplicationActions;
  commands: CommandRegistry;
  settings: IEmrSettingsProvider;
  translator: ITranslator;
  trans: TranslationBundle;
  view: SidebarView;
  /** Raised by each refresh. */
  round: number;
  /** What of the pipelines is to be brought into sight. */
  reveal?: IReveal;
  onView: (view: SidebarView) => void;
  onRefresh: () => void;
}

/** The sidebar. */
export function SidebarBody(props: ISidebarProps): React.JSX.Element {
  const { clusters, trans, view, onView } = props;
  const { control } = clusters;
  useChanged(clusters.changed);
  useChanged(props.settings.changed);
  const [launched, setLaunched] = React.useState<string>();
  const home = () => onView({ kind: 'home' });
  const { list } = clusters;
  const rows = { commands: props.commands, settings: props.settings.current, trans };
  return (
    <div className="jp-EMR-sidebar-body" data-control={control.state} data-emr="sidebar-body">
      <Header {...props} />
      {control.error ? (
        <ErrorPanel error={control.error} trans={trans} onRetry={() => void clusters.refresh()} hook="control-error" />
      ) : view.kind === 'form' ? (
        <ProductForm
          key={view.productId}
          clusters={clusters}
          translator={props.translator}
          trans={trans}
          productId={view.productId}
          {...(view.name === undefined ? {} : { name: view.name })}
          onBack={home}
          onLaunched={name => {
            setLaunched(name);
            home();
          }}
        />
      ) : (
        <>
          <div className="jp-EMR-visuallyHidden" role="status">
            {launched && trans.__('%1 was requested.', launched)}
          </div>
          <Trouble watched={clusters} trans={trans} hook="clusters-error" />
          {!list && !clusters.error && <Loading>{trans.__('Asking EMR for clusters…')}</Loading>}
          {list && <MyClusters {...rows} clusters={list.clusters} />}
          <Section title={trans.__('Create a cluster')} hook="products">
            <ProductCards
              control={control}
              trans={trans}
              round={props.round}
              onChoose={productId => onView({ kind: 'form', productId })}
            />
          </Section>
          <Applications {...props} />
          <Section title={trans.__('Data')} hook="data" closed>
            <DataSearch
              control={control}
              trans={trans}
              onOpen={args => void props.commands.execute(CommandIDs.openCatalog, args)}
            />
          </Section>
          <Pipelines {...props} />
          {list && <OtherClusters {...rows} clusters={list.clusters} />}
        </>
      )}
      <Release trans={trans} />
    </div>
  );
}

/** Folded until one wants it: then AWS is asked, and from then on. */
function Pipelines({ pipelines, runActions, trans, reveal }: ISidebarProps): React.JSX.Element {
  useChanged(pipelines.changed);
  const [open, setOpen] = React.useState(pipelines.started);
  React.useEffect(() => {
    if (reveal) {
      setOpen(true);
    }
  }, [reveal]);
  const { list } = pipelines;
  return (
    <Section
      title={trans.__('Pipelines')}
      hook="pipelines"
      closed={!open}
      onToggle={setOpen}
      {...(list ? { count: list.pipelines.length } : {})}
    >
      {open && (
        <PipelinesBody pipelines={pipelines} actions={runActions} trans={trans} {...(reveal ? { reveal } : {})} />
      )}
    </Section>
  );
}

/** Folded as the pipelines are. */
function Applications({ applications, notebooks, applicationActions, trans }: ISidebarProps): React.JSX.Element {
  useChanged(applications.changed);
  const [open, setOpen] = React.useState(applications.started);
  const { list } = applications;
  return (
    <Section
      title={trans.__('Serverless applications')}
      hook="applications"
      closed={!open}
      onToggle={setOpen}
      {...(list ? { count: list.applications.length } : {})}
    >
      {open && (
        <ApplicationsBody
          applications={applications}
          notebooks={notebooks}
          actions={applicationActions}
          trans={trans}
        />
      )}
    </Section>
  );
}

function Header({ clusters, trans, onRefresh }: ISidebarProps): React.JSX.Element {
  const { account } = clusters;
  return (
    <div className="jp-EMR-header">
      <div className="jp-EMR-account" data-emr="account">
        {account ? (
          <>
            <span title={account.arn} data-emr="account-user">
              {account.userName}
            </span>
            <span data-emr="account-region">{account.region}</span>
            <span data-emr="account-id">{account.accountId}</span>
          </>
        ) : (
          <span>{trans.__('Amazon EMR')}</span>
        )}
      </div>
      <button
        type="button"
        className="jp-ToolbarButtonComponent jp-mod-minimal jp-Button"
        data-emr="refresh"
        title={trans.__('Ask AWS now')}
        aria-label={trans.__('Refresh')}
        onClick={onRefresh}
      >
        <refreshIcon.react tag="span" elementPosition="center" />
      </button>
    </div>
  );
}
