import {
  ListClustersInput$,
  PutAutoTerminationPolicyInput$,
  RunJobFlowInput$,
  TerminateJobFlowsInput$
} from '@aws-sdk/client-emr';
import { ProvisionProductInput$, SearchProductsInput$ } from '@aws-sdk/client-service-catalog';

import { checkInput } from '../protocols/schema';

describe('inputs by the model', () => {
  it('makes dates of timestamps, and drops what is null or unknown', () => {
    expect(checkInput(ListClustersInput$, { CreatedAfter: 1.5, Marker: null, Nonsense: 1 })).toEqual({
      CreatedAfter: new Date(1500)
    });
    expect(checkInput(ListClustersInput$, { CreatedAfter: new Date(7) })).toEqual({ CreatedAfter: new Date(7) });
  });

  it.each([
    [ListClustersInput$, [], 'SerializationException'],
    [ListClustersInput$, { Marker: 1 }, 'SerializationException'],
    [ListClustersInput$, { ClusterStates: ['WAITING', 1] }, 'SerializationException'],
    [ListClustersInput$, { CreatedAfter: 'now' }, 'SerializationException'],
    [TerminateJobFlowsInput$, {}, 'ValidationException'],
    [TerminateJobFlowsInput$, { JobFlowIds: 'j-1' }, 'SerializationException'],
    [RunJobFlowInput$, { Name: 'x' }, 'ValidationException'],
    [RunJobFlowInput$, { Name: 'x', Instances: { InstanceCount: '1' } }, 'SerializationException'],
    [ProvisionProductInput$, {}, 'ValidationException'],
    [ProvisionProductInput$, { ProvisionedProductName: 'x', Tags: [{ Key: 'k' }] }, 'ValidationException'],
    [SearchProductsInput$, { Filters: { Owner: 'me' } }, 'SerializationException']
  ])('%# refuses a wrong one', (schema, value, code) => {
    expect(() => checkInput(schema, value)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('goes into structures, maps, and shapes that contain themselves', () => {
    const inner = { Classification: 'env', Properties: { A: 'b' }, Configurations: [{ Classification: 'export' }] };
    const input = { Name: 'x', Instances: { InstanceCount: 1 }, Configurations: [inner] };
    expect(checkInput(RunJobFlowInput$, input)).toEqual(input);
    const bad = { ...input, Configurations: [{ ...inner, Configurations: [{ Properties: { A: 1 } }] }] };
    expect(() => checkInput(RunJobFlowInput$, bad)).toThrow(
      'Configurations.1.member.Configurations.1.member.Properties.A'
    );
    expect(
      checkInput(PutAutoTerminationPolicyInput$, { ClusterId: 'j', AutoTerminationPolicy: { IdleTimeout: 60n } })
    ).toEqual({
      ClusterId: 'j',
      AutoTerminationPolicy: { IdleTimeout: 60 }
    });
  });
});
