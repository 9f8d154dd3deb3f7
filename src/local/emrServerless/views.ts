/** Applications in the shapes in which EMR Serverless answers. */
import type {
  Application as ApplicationView,
  ApplicationSummary,
  ImageConfiguration,
  ImageConfigurationInput,
  WorkerTypeSpecification
} from '@aws-sdk/client-emr-serverless';
import { createHash } from 'node:crypto';

import type { Application } from './application';

export function viewApplication(application: Application): ApplicationView {
  const { spec } = application;
  return {
    ...viewSummaryOf(application),
    applicationId: application.id,
    initialCapacity: spec.initialCapacity,
    maximumCapacity: spec.maximumCapacity,
    tags: application.tags,
    autoStartConfiguration: { enabled: application.autoStart },
    autoStopConfiguration: {
      enabled: spec.autoStopConfiguration?.enabled ?? true,
      idleTimeoutMinutes: spec.autoStopConfiguration?.idleTimeoutMinutes ?? 15
    },
    networkConfiguration: spec.networkConfiguration,
    imageConfiguration: viewImage(spec.imageConfiguration),
    workerTypeSpecifications:
      spec.workerTypeSpecifications &&
      Object.fromEntries(
        Object.entries(spec.workerTypeSpecifications).map(
          ([name, { imageConfiguration }]): [string, WorkerTypeSpecification] => [
            name,
            { imageConfiguration: viewImage(imageConfiguration) }
          ]
        )
      ),
    runtimeConfiguration: spec.runtimeConfiguration,
    monitoringConfiguration: spec.monitoringConfiguration ?? {
      managedPersistenceMonitoringConfiguration: { enabled: true }
    },
    diskEncryptionConfiguration: spec.diskEncryptionConfiguration,
    interactiveConfiguration: {
      studioEnabled: spec.interactiveConfiguration?.studioEnabled ?? false,
      livyEndpointEnabled: spec.interactiveConfiguration?.livyEndpointEnabled ?? false,
      ...(spec.interactiveConfiguration?.sessionEnabled === undefined
        ? {}
        : { sessionEnabled: spec.interactiveConfiguration.sessionEnabled })
    },
    schedulerConfiguration: spec.schedulerConfiguration && {
      maxConcurrentRuns: spec.schedulerConfiguration.maxConcurrentRuns ?? 15,
      queueTimeoutMinutes: spec.schedulerConfiguration.queueTimeoutMinutes ?? 360
    },
    identityCenterConfiguration: spec.identityCenterConfiguration,
    jobLevelCostAllocationConfiguration: spec.jobLevelCostAllocationConfiguration
  };
}

export function viewSummary(application: Application): ApplicationSummary {
  return { id: application.id, ...viewSummaryOf(application) };
}

function viewSummaryOf({ spec, ...application }: Application): Omit<ApplicationSummary, 'id'> {
  return {
    name: spec.name,
    arn: application.arn,
    releaseLabel: spec.releaseLabel,
    type: spec.type,
    state: application.state,
    stateDetails: application.stateDetails,
    createdAt: application.createdAt,
    updatedAt: application.updatedAt,
    architecture: spec.architecture
  };
}

function viewImage(image: ImageConfigurationInput | undefined): ImageConfiguration | undefined {
  return (
    (image?.imageUri && {
      imageUri: image.imageUri,
      resolvedImageDigest: `sha256:${createHash('sha256').update(image.imageUri).digest('hex')}`
    }) ||
    undefined
  );
}
