/** What EMR says of a cluster's Kerberos: realm and KDC, for a krb5.conf. */
import type { Cluster } from '@aws-sdk/client-emr';

import type { IAwsContext } from './context';
import { securityConfiguration } from './emrLivy';

/** One realm. */
export interface IRealm {
  realm: string;
  kdc: string;
  admin?: string;
  /** DNS domain whose hosts are in it. */
  domain?: string;
}

/** A cluster's Kerberos. */
export interface IClusterKerberos {
  /** The cluster's own realm, the default one. */
  realm: string;
  /** The cluster's first, then those that it trusts. */
  realms: IRealm[];
  /** Where users are, if not in the cluster's realm: `NAME@REALM` is theirs. */
  userRealm?: string;
  ticketHours: number;
}

interface IKdcConfiguration {
  Provider?: string;
  ClusterDedicatedKdcConfiguration?: {
    TicketLifetimeInHours?: number;
    CrossRealmTrustConfiguration?: { Realm?: string; Domain?: string; AdminServer?: string; KdcServer?: string };
  };
  ExternalKdcConfiguration?: {
    TicketLifetimeInHours?: number;
    KdcServer?: string;
    AdminServer?: string;
    AdIntegrationConfiguration?: { AdRealm?: string; AdDomain?: string; AdServer?: string };
  };
}

/**
 * The cluster's Kerberos.
 *
 * @returns undefined where it has none. Where its security configuration may not be read, the KDC is taken to be on the
 *   primary node.
 */
export async function clusterKerberos(
  context: IAwsContext,
  cluster: Cluster,
  signal?: AbortSignal
): Promise<IClusterKerberos | undefined> {
  const realm = cluster.KerberosAttributes?.Realm;
  if (!realm) {
    return undefined;
  }
  const name = cluster.SecurityConfiguration;
  const text = name ? await securityConfiguration(context, name, signal).catch(() => undefined) : undefined;
  return parseKerberos(realm, cluster.MasterPublicDnsName ?? '', text);
}

/** The same from the JSON string of DescribeSecurityConfiguration. */
export function parseKerberos(realm: string, primary: string, text: string | undefined): IClusterKerberos {
  let kdc: IKdcConfiguration = {};
  try {
    kdc =
      (JSON.parse(text ?? '{}') as { AuthenticationConfiguration?: { KerberosConfiguration?: IKdcConfiguration } })
        .AuthenticationConfiguration?.KerberosConfiguration ?? {};
  } catch {
    /* as if it could not be read */
  }
  const { ClusterDedicatedKdcConfiguration: own, ExternalKdcConfiguration: external } = kdc;
  const domain = primary.includes('.') ? primary.slice(primary.indexOf('.') + 1) : undefined;
  const cluster = { realm, ...(domain ? { domain } : {}) };
  if (external?.KdcServer) {
    const ad = external.AdIntegrationConfiguration;
    const adServer = ad?.AdServer ?? ad?.AdDomain;
    return {
      realm,
      ticketHours: external.TicketLifetimeInHours ?? 24,
      ...(ad?.AdRealm ? { userRealm: ad.AdRealm } : {}),
      realms: [
        { ...cluster, kdc: external.KdcServer, ...(external.AdminServer ? { admin: external.AdminServer } : {}) },
        ...(ad?.AdRealm && adServer
          ? [{ realm: ad.AdRealm, kdc: adServer, admin: adServer, ...(ad.AdDomain ? { domain: ad.AdDomain } : {}) }]
          : [])
      ]
    };
  }
  const trust = own?.CrossRealmTrustConfiguration;
  return {
    realm,
    ticketHours: own?.TicketLifetimeInHours ?? 24,
    realms: [
      { ...cluster, kdc: `${primary}:88`, admin: `${primary}:749` },
      ...(trust?.Realm && trust.KdcServer
        ? [
            {
              realm: trust.Realm,
              kdc: trust.KdcServer,
              ...(trust.AdminServer ? { admin: trust.AdminServer } : {}),
              ...(trust.Domain ? { domain: trust.Domain } : {})
            }
          ]
        : [])
    ]
  };
}
