import type { INotebookBinding } from '../../protocol';
import type { IMetadataHolder } from '../model/binding';
import { connectRequest, isRoleArn, languageOf, mergeRoles, readBinding, writeBinding } from '../model/binding';

class Metadata implements IMetadataHolder {
  writes = 0;
  constructor(public values: Record<string, unknown> = {}) {}
  getMetadata(key: string): unknown {
    return this.values[key];
  }
  setMetadata(key: string, value: unknown): void {
    this.writes++;
    this.values[key] = value;
  }
  deleteMetadata(key: string): void {
    this.writes++;
    delete this.values[key];
  }
}

const BINDING = { clusterId: 'j-1', region: 'eu-west-1', runtimeRole: 'arn:aws:iam::111122223333:role/a' };

describe('notebook metadata', () => {
  it('is written under "emr" and read back', () => {
    const model = new Metadata();
    writeBinding(model, { ...BINDING, language: 'pyspark', sessionName: 's', statement: 3 });
    expect(model.values).toEqual({ emr: { ...BINDING, language: 'pyspark', sessionName: 's', statement: 3 } });
    expect(readBinding(model)).toEqual(model.values['emr']);
  });

  it('keeps the way in by its names', () => {
    const model = new Metadata();
    const access = { authType: 'Basic_Access', secret: 'ldap', assumeRole: 'arn:r', profile: 'p', caBundle: '/ca.pem' };
    const binding = { clusterId: 'j-1', region: 'eu-west-1', ...access };
    writeBinding(model, { ...binding, basic: { password: 'hunter2' } } as INotebookBinding);
    expect(model.values).toEqual({ emr: binding });
    expect(readBinding(model)).toEqual(binding);
    expect(readBinding(new Metadata({ emr: { ...binding, authType: 'Magic', secret: 7, profile: '' } }))).toEqual({
      clusterId: 'j-1',
      region: 'eu-west-1',
      assumeRole: 'arn:r',
      caBundle: '/ca.pem'
    });
  });

  it('does not make the notebook dirty where nothing changed', () => {
    const model = new Metadata();
    writeBinding(model, BINDING);
    writeBinding(model, { ...BINDING });
    expect(model.writes).toBe(1);
    writeBinding(model, { ...BINDING, clusterId: 'j-2' });
    expect(model.writes).toBe(2);
  });

  it('never holds more than the known members', () => {
    const model = new Metadata();
    writeBinding(model, { ...BINDING, password: 'hunter2', token: 'x' } as typeof BINDING);
    expect(JSON.stringify(model.values)).not.toContain('hunter2');
    expect(Object.keys(model.values['emr'] as object)).toEqual(['clusterId', 'region', 'runtimeRole']);
  });

  it('is forgotten, once', () => {
    const model = new Metadata({ emr: BINDING, other: 1 });
    writeBinding(model, null);
    writeBinding(model, null);
    expect(model.values).toEqual({ other: 1 });
    expect(model.writes).toBe(1);
  });

  it('keeps an application of EMR Serverless, and a cluster before it', () => {
    const emr = { applicationId: '00trials', region: 'eu-west-1', sessionName: 'ana-a-1' };
    expect(readBinding(new Metadata({ emr }))).toEqual(emr);
    expect(readBinding(new Metadata({ emr: { ...emr, clusterId: 'j-1' } }))).not.toHaveProperty('applicationId');
  });

  it.each([undefined, null, 'j-1', 4, {}, { clusterId: 7 }, { clusterId: '' }])(
    'of a strange notebook (%j) is none',
    emr => {
      expect(readBinding(new Metadata({ emr }))).toBeNull();
    }
  );

  it('drops members of the wrong type', () => {
    const emr = { clusterId: 'j-1', region: 5, runtimeRole: {}, language: 'cobol', statement: 'x' };
    expect(readBinding(new Metadata({ emr }))).toEqual({ clusterId: 'j-1', region: '' });
  });
});

describe('connect request', () => {
  const choice = {
    clusterId: 'j-1',
    runtimeRole: ' arn:aws:iam::111122223333:role/a ',
    language: 'spark' as const,
    caBundle: ''
  };

  it('leaves out what says nothing, so that the site configuration counts', () => {
    expect(connectRequest({ ...choice, runtimeRole: '' }, 'dir/nb.ipynb')).toEqual({
      clusterId: 'j-1',
      language: 'spark',
      notebookPath: 'dir/nb.ipynb'
    });
  });

  it('says that the certificate is to be verified only where somebody said so', () => {
    expect(connectRequest({ ...choice, verifyCertificate: true }, 'nb.ipynb').verifyCertificate).toBe(true);
  });

  it('carries role, region, CA and the word to go without verification', () => {
    const full = { ...choice, region: 'eu-west-1', verifyCertificate: false, caBundle: '/etc/ca.pem' };
    expect(connectRequest(full, 'nb.ipynb')).toEqual({
      clusterId: 'j-1',
      language: 'spark',
      notebookPath: 'nb.ipynb',
      region: 'eu-west-1',
      runtimeRole: 'arn:aws:iam::111122223333:role/a',
      verifyCertificate: false,
      caBundle: '/etc/ca.pem'
    });
  });
});

describe('roles', () => {
  it.each([
    ['arn:aws:iam::111122223333:role/analyst', true],
    ['arn:aws-cn:iam::111122223333:role/team/analyst', true],
    ['arn:aws-us-gov:iam::111122223333:role/a+b=c,d.e@f_g-h', true],
    ['arn:aws-iso:iam::111122223333:role/a', false],
    ['arn:aws:iam::11112222333:role/analyst', false],
    ['arn:aws:iam::111122223333:user/analyst', false],
    ['arn:aws:iam::111122223333:role/', false],
    ['arn:aws:iam::111122223333:role/a b', false],
    ['analyst', false]
  ])('%s', (arn, good) => {
    expect(isRoleArn(arn)).toBe(good);
  });

  it('are offered once each, without what is no ARN', () => {
    const known = [{ arn: 'arn:aws:iam::111122223333:role/a', name: 'A', source: 'site' as const }];
    const own = [
      { arn: known[0].arn, name: 'mine' },
      { arn: 'arn:aws:iam::111122223333:role/x/b' },
      { arn: 'nonsense' }
    ];
    expect(mergeRoles(known, { runtimeRoles: own })).toEqual([
      known[0],
      { arn: 'arn:aws:iam::111122223333:role/x/b', name: 'b', source: 'settings' }
    ]);
  });
});

it('knows our kernels from others', () => {
  expect(['pyspark-emr', 'spark-emr', 'sparkr-emr', 'python3', undefined].map(languageOf)).toEqual([
    'pyspark',
    'spark',
    'sparkr',
    null,
    null
  ]);
});
