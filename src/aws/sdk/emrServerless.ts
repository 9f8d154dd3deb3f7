/** The parts of the EMR Serverless SDK that we use; loaded on first use, so that a kernel starts without it. */
export {
  EMRServerlessClient,
  GetApplicationCommand,
  GetDashboardForJobRunCommand,
  ListApplicationsCommand,
  StartApplicationCommand,
  StopApplicationCommand
} from '@aws-sdk/client-emr-serverless';
