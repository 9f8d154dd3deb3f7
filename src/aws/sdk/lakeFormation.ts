/** The parts of the Lake Formation SDK that we use; loaded on first use, so that a kernel starts without it. */
export {
  AddLFTagsToResourceCommand,
  GetDataLakeSettingsCommand,
  GetResourceLFTagsCommand,
  LakeFormationClient,
  ListLFTagsCommand,
  ListPermissionsCommand,
  RemoveLFTagsFromResourceCommand,
  SearchTablesByLFTagsCommand
} from '@aws-sdk/client-lakeformation';
