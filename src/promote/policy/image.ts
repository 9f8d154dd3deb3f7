/**
 * Who may read a pipeline's image. EMR Serverless fetches it in its own name, not the run's: the repository has to let it,
 * and the role of the runs needs nothing for it.
 * Source: EMR Serverless User Guide, "Customizing an EMR Serverless image", "Allow EMR Serverless to access the custom image
 * repository" (application-custom-image.html#access-repo).
 */
import type { IPipeline, IPlace } from '../../protocol';
import { applicationArn } from './arns';
import type { IPolicyDocument } from './document';
import { SERVERLESS } from './trust';

/** The repository of an image, without registry, tag and digest: `team/spark`. */
export function repositoryOf(image: string): string {
  return image.replace(/^[^/]+\//, '').replace(/[:@].*$/, '');
}

/** The policy that the repository has to hold for the one application; undefined where the pipeline names no image. */
export function repositoryPolicy({ image }: Pick<IPipeline, 'image'>, place: IPlace): IPolicyDocument | undefined {
  return image === undefined
    ? undefined
    : {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'EmrServerlessImage',
            Effect: 'Allow',
            Principal: { Service: SERVERLESS },
            Action: ['ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:GetDownloadUrlForLayer'],
            Condition: { StringEquals: { 'aws:SourceArn': applicationArn(place) } }
          }
        ]
      };
}

/** What has to be done for the image, in a sentence. */
export function imageLeft(pipeline: Pick<IPipeline, 'image'>, place: IPlace): string[] {
  const policy = repositoryPolicy(pipeline, place);
  return policy && pipeline.image
    ? [
        `The ECR repository ${repositoryOf(pipeline.image)} has to let EMR Serverless read the image for this application; its policy needs ${JSON.stringify(policy.Statement[0])}`
      ]
    : [];
}
