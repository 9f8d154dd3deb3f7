/** The parts of the EventBridge Scheduler SDK that we use; loaded on first use, so that a kernel starts without it. */
export {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand
} from '@aws-sdk/client-scheduler';
