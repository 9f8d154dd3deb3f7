import { parseKerberos } from '../../aws';
import { krb5Conf } from '../../livy';

const PRIMARY = 'ip-10-0-0-5.eu-west-1.compute.internal';
const security = (kerberos: object): string =>
  JSON.stringify({ AuthenticationConfiguration: { KerberosConfiguration: kerberos } });

it('a KDC on the cluster, and a realm that it trusts', () => {
  const text = security({
    Provider: 'ClusterDedicatedKdc',
    ClusterDedicatedKdcConfiguration: {
      TicketLifetimeInHours: 10,
      CrossRealmTrustConfiguration: {
        Realm: 'AD.EXAMPLE.COM',
        Domain: 'ad.example.com',
        AdminServer: 'ad.example.com:749',
        KdcServer: 'ad.example.com:88'
      }
    }
  });
  expect(krb5Conf(parseKerberos('EC2.INTERNAL', PRIMARY, text))).toBe(`[libdefaults]
  default_realm = EC2.INTERNAL
  dns_lookup_realm = false
  dns_lookup_kdc = false
  rdns = false
  forwardable = true
  ticket_lifetime = 10h
[realms]
  EC2.INTERNAL = {
    kdc = ${PRIMARY}:88
    admin_server = ${PRIMARY}:749
    default_domain = eu-west-1.compute.internal
  }
  AD.EXAMPLE.COM = {
    kdc = ad.example.com:88
    admin_server = ad.example.com:749
    default_domain = ad.example.com
  }
[domain_realm]
  eu-west-1.compute.internal = EC2.INTERNAL
  .eu-west-1.compute.internal = EC2.INTERNAL
  ad.example.com = AD.EXAMPLE.COM
  .ad.example.com = AD.EXAMPLE.COM
`);
});

it('a KDC outside, with users in an Active Directory', () => {
  const text = security({
    Provider: 'ExternalKdc',
    ExternalKdcConfiguration: {
      KdcServer: 'kdc.example.com:88',
      AdminServer: 'kdc.example.com:749',
      AdIntegrationConfiguration: { AdRealm: 'AD.EXAMPLE.COM', AdDomain: 'ad.example.com' }
    }
  });
  expect(parseKerberos('EMR.LOCAL', PRIMARY, text)).toEqual({
    realm: 'EMR.LOCAL',
    ticketHours: 24,
    userRealm: 'AD.EXAMPLE.COM',
    realms: [
      {
        realm: 'EMR.LOCAL',
        domain: 'eu-west-1.compute.internal',
        kdc: 'kdc.example.com:88',
        admin: 'kdc.example.com:749'
      },
      { realm: 'AD.EXAMPLE.COM', kdc: 'ad.example.com', admin: 'ad.example.com', domain: 'ad.example.com' }
    ]
  });
});

it.each([undefined, 'nonsense', '{}'])(
  'without a readable security configuration (%s) the KDC is on the primary node',
  text => {
    expect(parseKerberos('R', PRIMARY, text).realms).toEqual([
      { realm: 'R', domain: 'eu-west-1.compute.internal', kdc: `${PRIMARY}:88`, admin: `${PRIMARY}:749` }
    ]);
  }
);
