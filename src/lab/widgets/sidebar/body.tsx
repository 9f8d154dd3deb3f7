import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { refreshIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { formatSpan } from '../../format';
import type { IClusters, IEmrSettingsProvider, IPipelines } from '../../tokens';
import { CommandIDs } from '../../tokens';
import { MyClusters, OtherClusters } from '../clusters';
import { DataSearch } from '../catalog/compact';
import { Button, ErrorPanel, Loading, Section } from '../common';
import { useChanged, useNow } from '../common/hooks';
import type { IRunActions } from '../pipelines';
import { PipelinesBody } from '../pipelines';
import { ProductCards, ProductForm } from '../products';

/** What the sidebar shows: the lists, or the form of one product. */
export type SidebarView = { kind: 'home' } | { kind: 'form'; productId: string; name?: string };

/** Properties of {@link SidebarBody}. */
export interface ISidebarProps {
  clusters: IClusters;
  pipelines: IPipelines;
  runActions: IRunActions;
  commands: CommandRegistry;
  settings: IEmrSettingsProvider;
  translator: ITranslator;
  trans: TranslationBundle;
  view: SidebarView;
  /** Raised by each refresh. */
  round: number;
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
          <Trouble {...props} />
          {list && <MyClusters {...rows} clusters={list.clusters} />}
          <Section title={trans.__('Create a cluster')} hook="products">
            <ProductCards
              control={control}
              trans={trans}
              round={props.round}
              onChoose={productId => onView({ kind: 'form', productId })}
            />
          </Section>
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
    </div>
  );
}

/** Folded until one wants it: then AWS is asked, and from then on. */
function Pipelines({ pipelines, runActions, trans }: ISidebarProps): React.JSX.Element {
  useChanged(pipelines.changed);
  const [open, setOpen] = React.useState(false);
  const [shown, setShown] = React.useState<string>();
  React.useEffect(() => {
    const show = (_: IPipelines, name: string) => {
      setOpen(true);
      setShown(name);
    };
    pipelines.shown.connect(show);
    return () => void pipelines.shown.disconnect(show);
  }, [pipelines]);
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
        <PipelinesBody
          pipelines={pipelines}
          actions={runActions}
          trans={trans}
          {...(shown === undefined ? {} : { shown })}
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

/** Why there is no list, or why it is not of now. */
function Trouble({ clusters, trans }: ISidebarProps): React.JSX.Element | null {
  const { list, error } = clusters;
  const stale = list?.stale ?? error;
  const now = useNow(stale !== null);
  if (error && !list) {
    return <ErrorPanel error={error} trans={trans} onRetry={() => void clusters.refresh()} hook="clusters-error" />;
  }
  if (!list) {
    return <Loading>{trans.__('Asking EMR for clusters…')}</Loading>;
  }
  return (
    stale && (
      <div className="jp-EMR-stale" data-emr="stale">
        <p>{trans.__('This is how it was %1 ago.', formatSpan(list.asOf, now) ?? '?')}</p>
        <ErrorPanel error={stale} trans={trans} hook="stale-error" mild />
        <Button hook="retry" kind="link" onClick={() => void clusters.refresh()}>
          {trans.__('Ask again')}
        </Button>
      </div>
    )
  );
}
