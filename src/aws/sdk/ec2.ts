/** The parts of the EC2 SDK that we use; loaded on first use, so that a kernel starts without it. */
export {
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client
} from '@aws-sdk/client-ec2';
