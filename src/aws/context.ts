/** Which account and region AWS is asked in. Credentials come from the SDK's default provider chain on this host. */
export interface IAwsContext {
  /** Region; without it the SDK's own way (AWS_REGION, profile). */
  region?: string;
  /** Region where neither {@link IAwsContext.region} nor the SDK's own way names one (the site's configuration). */
  defaultRegion?: string;
  /** Named profile of the shared config files. */
  profile?: string;
  /** Role to assume first (cross-account), its ARN. */
  assumeRole?: string;
  /** Role that AWS is asked as, its ARN: assumed with the credentials of all the above. */
  askAs?: string;
}
