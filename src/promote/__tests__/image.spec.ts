import type { Application } from '../../aws';
import { applicationChanges, applicationShape, shapeThere } from '../application';
import { imageLeft, planRole, repositoryPolicy, template } from '../policy';
import { PIPELINE } from './pipeline';

const IMAGE = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/spark:1.2';
const PLACE = { accountId: '111122223333', region: 'eu-west-1', partition: 'aws', applicationId: '00abc' };
const pipeline = { ...PIPELINE, packages: [], image: IMAGE };

describe('a pipeline with an image of its own', () => {
  it('is an application of that image; a pipeline without one has EMR’s', () => {
    expect(applicationShape(pipeline).imageConfiguration).toEqual({ imageUri: IMAGE });
    expect(applicationShape(PIPELINE)).not.toHaveProperty('imageConfiguration');
  });

  it('gives up its image where the file has none any more', () => {
    const there = { ...applicationShape(pipeline) } as unknown as Application;
    expect(applicationChanges(applicationShape(PIPELINE), there)).toEqual([
      `imageConfiguration.imageUri ${IMAGE} → unset`
    ]);
    expect(shapeThere(there, applicationShape(PIPELINE)).imageConfiguration).toEqual({ imageUri: IMAGE });
  });

  it('needs the repository’s word for the one application, and nothing in the role of the runs', () => {
    expect(repositoryPolicy(pipeline, PLACE)?.Statement).toEqual([
      {
        Sid: 'EmrServerlessImage',
        Effect: 'Allow',
        Principal: { Service: 'emr-serverless.amazonaws.com' },
        Action: ['ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:GetDownloadUrlForLayer'],
        Condition: {
          StringEquals: { 'aws:SourceArn': 'arn:aws:emr-serverless:eu-west-1:111122223333:/applications/00abc' }
        }
      }
    ]);
    expect(JSON.stringify(planRole(pipeline, PLACE))).not.toContain('ecr:');
    expect(imageLeft(pipeline, PLACE)).toEqual([expect.stringMatching(/^The ECR repository team\/spark has to/)]);
    expect(imageLeft(PIPELINE, PLACE)).toEqual([]);
  });

  it('says so in the template', () => {
    const text = template(pipeline, 's3://a/script.py', PLACE);
    expect(text).toContain(`ImageUri: ${IMAGE}`);
    expect(text).toMatch(/^# .*ECR repository team\/spark/m);
  });
});
