/** Least privilege for a pipeline: its role worked out, looked at, shown, compared, and as a CloudFormation template. */
export { NO_APPLICATION } from './arns';
export { diffLines, diffRole, type IExistingRole, type IRoleChange } from './diff';
export {
  type IPolicyDocument,
  type IPolicyStatement,
  type IRoleDocuments,
  policySize,
  roleDocuments,
  toDocument
} from './document';
export { type IFinding, lintReport, lintRole } from './lint';
export { logGroupName, roleName, schedulerRoleName } from './names';
export { imageLeft, repositoryOf, repositoryPolicy } from './image';
export { FULL_TABLE_ACCESS_LEFT, type IPlanOptions, planRole, planSchedulerRole } from './plan';
export { type ITemplateOptions, template } from './template';
export { type IRoleJson, roleHtml, roleJson, roleText } from './views';
export { type LineOf, linesOf, where } from './where';
