/** The parts of the CloudWatch SDK that we use; loaded on first use, so that a kernel starts without it. */
export {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand
} from '@aws-sdk/client-cloudwatch';
