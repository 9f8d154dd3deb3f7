import type { ClusterSummary, ProvisionedProductAttribute, RecordDetail } from '../../aws';
import { rows } from '../rows';
import type { IClusterView, IProductView } from '../views';
import { clusterIdOf } from '../views';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const ARN = 'arn:aws:iam::123456789012:user/ada';

function cluster(state: string, more: Partial<IClusterView> = {}, status: object = {}): IClusterView {
  const summary = {
    Id: 'j-1',
    Name: 'c',
    Status: { State: state, Timeline: { CreationDateTime: new Date(NOW - 3600_000) }, ...status }
  } as ClusterSummary;
  return { id: 'j-1', summary, observed: {}, ...more };
}

function product(status: string, more: Partial<IProductView> = {}): IProductView {
  return {
    id: 'pp-1',
    mine: true,
    product: {
      Id: 'pp-1',
      Name: 'p',
      Status: status,
      CreatedTime: new Date(NOW - 7200_000)
    } as ProvisionedProductAttribute,
    ...more
  };
}

const record = (more: Partial<RecordDetail>) => ({ record: { RecordId: 'rec-1', ...more } });
const PROTECTED = {
  RecordType: 'TERMINATE_PROVISIONED_PRODUCT',
  Status: 'FAILED' as const,
  RecordErrors: [{ Code: 'ResourceFailure', Description: 'Cluster j-1 is termination protected.' }]
};

function list(view: IProductView | undefined, found?: IClusterView, ended = false, arn?: string) {
  const clusters = new Map(found ? [[found.id, found]] : []);
  return rows(view ? [view] : [], clusters, { ended, now: NOW, ...(arn ? { arn } : {}) });
}

describe('rows', () => {
  it.each([
    ['launch asked for', product('UNDER_CHANGE'), undefined, 'REQUESTED'],
    ['launching', product('UNDER_CHANGE', { clusterId: 'j-1' }), cluster('BOOTSTRAPPING'), 'BOOTSTRAPPING'],
    ['rolled back', product('UNDER_CHANGE', { clusterId: 'j-1' }), cluster('TERMINATED_WITH_ERRORS'), 'FAILED'],
    ['failed', product('ERROR'), undefined, 'FAILED'],
    ['failed, its cluster alive', product('ERROR', { clusterId: 'j-1' }), cluster('WAITING'), 'FAILED'],
    ['ready', product('AVAILABLE', { clusterId: 'j-1' }), cluster('WAITING'), 'WAITING'],
    ['ended by itself', product('AVAILABLE', { clusterId: 'j-1' }), cluster('TERMINATED'), 'TERMINATED'],
    ['teardown failed', product('TAINTED', { clusterId: 'j-1', ...record(PROTECTED) }), cluster('WAITING'), 'WAITING'],
    [
      'teardown',
      product('UNDER_CHANGE', { clusterId: 'j-1', ...record({ RecordType: 'TERMINATE_PROVISIONED_PRODUCT' }) }),
      cluster('WAITING'),
      'TERMINATING'
    ]
  ])('%s', (_what, view, found, state) => {
    expect(list(view, found)).toEqual([expect.objectContaining({ key: 'pp-1', state, mine: true })]);
  });

  it('says why a teardown failed, and what to do', () => {
    const [row] = list(product('TAINTED', { clusterId: 'j-1', ...record(PROTECTED) }), cluster('WAITING'));
    expect(row.reason).toMatchObject({
      code: 'TerminationProtected',
      message: 'Cluster j-1 is termination protected.'
    });
    expect(row.reason?.fix).toContain('termination protection off');
  });

  it('puts the cluster’s own reason before the last messenger’s', () => {
    const view = product('ERROR', {
      clusterId: 'j-1',
      ...record({ Status: 'FAILED', RecordErrors: [{ Code: 'ResourceFailure', Description: 'Rollback.' }] })
    });
    const dead = cluster(
      'TERMINATED_WITH_ERRORS',
      {},
      {
        StateChangeReason: { Code: 'BOOTSTRAP_FAILURE', Message: 'bootstrap action 1 failed' },
        ErrorDetails: [{ ErrorCode: 'BOOTSTRAP_FAILURE_BA', ErrorMessage: 'exit code 1' }]
      }
    );
    expect(list(view, dead)[0].reason).toMatchObject({
      code: 'BOOTSTRAP_FAILURE_BA',
      hop: 'emr',
      message: 'bootstrap action 1 failed. exit code 1',
      detail: 'Rollback.'
    });
  });

  it('joins a product with its cluster by the tag that Service Catalog sets', () => {
    const tagged = cluster('STARTING', {
      detail: {
        Tags: [{ Key: 'aws:servicecatalog:provisionedProductArn', Value: 'arn:aws:servicecatalog:x:1:stack/p/pp-1' }]
      }
    });
    expect(list(product('UNDER_CHANGE'), tagged)).toEqual([
      expect.objectContaining({ key: 'pp-1', clusterId: 'j-1', state: 'STARTING' })
    ]);
  });

  it('leaves out what is no cluster, and others’ products without one', () => {
    expect(list(product('AVAILABLE'))).toEqual([]);
    expect(list(product('UNDER_CHANGE', { mine: false }))).toEqual([]);
    expect(list(product('AVAILABLE', { mine: false, clusterId: 'j-1' }), cluster('WAITING'))).toHaveLength(1);
  });

  it('shows what ended: for a while to who saw it, for a day to who asks', () => {
    const end = (ago: number) => ({ Timeline: { EndDateTime: new Date(NOW - ago) } });
    const minute = 60_000;
    expect(list(undefined, cluster('TERMINATED', {}, end(minute)))).toEqual([]);
    expect(list(undefined, cluster('TERMINATED', { endSeenAt: NOW - minute }, end(minute)))).toHaveLength(1);
    expect(list(undefined, cluster('TERMINATED', { endSeenAt: NOW - 60 * minute }, end(60 * minute)))).toEqual([]);
    expect(list(undefined, cluster('TERMINATED', {}, end(60 * minute)), true)).toHaveLength(1);
    expect(list(undefined, cluster('TERMINATED', {}, end(25 * 60 * minute)), true)).toEqual([]);
    expect(list(product('UNDER_CHANGE', { goneAt: NOW - minute }))[0].state).toBe('TERMINATED');
  });

  it('keeps the key of one’s own cluster after its product is gone', () => {
    const detail = {
      Tags: [
        { Key: 'aws:servicecatalog:provisionedProductArn', Value: 'stack/p/pp-1' },
        { Key: 'aws:servicecatalog:provisioningPrincipalArn', Value: ARN }
      ]
    };
    const dead = cluster('TERMINATED', { detail, endSeenAt: NOW });
    expect(list(undefined, dead, true, ARN)[0]).toMatchObject({ key: 'pp-1', mine: true, createdBy: 'ada' });
    expect(list(undefined, dead, true, 'arn:aws:iam::123456789012:user/bob')[0]).toMatchObject({
      key: 'j-1',
      mine: false
    });
  });
});

describe('clusterIdOf', () => {
  it('takes the named output, else the first that reads as a cluster’s id', () => {
    const outputs = [
      { OutputKey: 'Arn', OutputValue: 'arn:x' },
      { OutputKey: 'A', OutputValue: 'j-AAA' },
      { OutputKey: 'B', OutputValue: 'j-BBB' }
    ];
    expect(clusterIdOf(outputs, undefined)).toBe('j-AAA');
    expect(clusterIdOf(outputs, 'B')).toBe('j-BBB');
    expect(clusterIdOf(outputs, 'Arn')).toBe('j-AAA');
    expect(clusterIdOf([], 'B')).toBeUndefined();
  });
});
