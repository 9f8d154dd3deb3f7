/** The parts of the EMR SDK that we use; loaded on first use, so that a kernel starts without it. */
export {
  CreatePersistentAppUICommand,
  DescribeClusterCommand,
  DescribePersistentAppUICommand,
  DescribeSecurityConfigurationCommand,
  EMRClient,
  GetAutoTerminationPolicyCommand,
  GetBlockPublicAccessConfigurationCommand,
  GetClusterSessionCredentialsCommand,
  GetOnClusterAppUIPresignedURLCommand,
  GetPersistentAppUIPresignedURLCommand,
  ListClustersCommand,
  ListInstanceFleetsCommand,
  ListSecurityConfigurationsCommand,
  ListInstanceGroupsCommand,
  TerminateJobFlowsCommand
} from '@aws-sdk/client-emr';
