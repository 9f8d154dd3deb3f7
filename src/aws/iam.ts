/** Who IAM is asked about. */

/**
 * The user or role that IAM's simulator knows for a caller.
 *
 * @param arn - who it is, as STS says it; a session of a role stands for its role, whose path a session's ARN does not have
 */
export function simulatedPrincipal(arn: string): string {
  const role = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
  return role ? `arn:${role[1]}:iam::${role[2]}:role/${role[3]}` : arn;
}
