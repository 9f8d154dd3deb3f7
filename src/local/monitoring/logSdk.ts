/** The parts of the CloudWatch Logs SDK by which a job's log gets there. */
export { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
