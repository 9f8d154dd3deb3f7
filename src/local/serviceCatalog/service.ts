/** AWS Service Catalog's operations, as an end user has them. */
import * as model from '@aws-sdk/client-service-catalog';

import { page } from '../paging';
import type { ICall, IService, InputSchema, ITag } from '../types';
import { PRODUCTS } from './catalogue';
import { findArtifact, findPath, findProduct, findProvisioned, invalid, notFound } from './lookup';
import { checkValues } from './parameters';
import type { Provisioning } from './provisioning';
import { accessFilter, searchProducts, searchProvisioned } from './search';
import { templateUrl } from './templateFiles';
import type { IArtifact, IProduct, IRecord } from './types';
import { viewArtifact, viewArtifactDetail, viewAttributes, viewProduct, viewProvisioned, viewRecord } from './views';

/** No page is longer, whatever is asked. */
const PAGE = 3;
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;

export function makeServiceCatalog(regionOf: (call: ICall) => Provisioning): IService {
  return {
    name: 'servicecatalog',
    inputs: INPUTS,
    operations: {
      SearchProducts: (input: model.SearchProductsInput): model.SearchProductsOutput => {
        const { items, next } = paged(searchProducts(PRODUCTS, input), input.PageToken, input.PageSize, 100);
        return {
          ProductViewSummaries: items.map(viewProduct),
          ProductViewAggregations: {},
          NextPageToken: next
        };
      },
      DescribeProduct: (input: model.DescribeProductInput): model.DescribeProductOutput => {
        const product = findProduct(input.Id, input.Name);
        return {
          ProductViewSummary: viewProduct(product),
          ProvisioningArtifacts: product.artifacts.map(viewArtifact),
          Budgets: [],
          LaunchPaths: product.paths.map(({ id, name }) => ({ Id: id, Name: name }))
        };
      },
      DescribeProductView: (input: model.DescribeProductViewInput): model.DescribeProductViewOutput => {
        const product = PRODUCTS.find(({ viewId }) => viewId === input.Id);
        if (!product) {
          throw notFound(`Product view ${input.Id}`);
        }
        return {
          ProductViewSummary: viewProduct(product),
          ProvisioningArtifacts: product.artifacts.map(viewArtifact)
        };
      },
      ListLaunchPaths: (input: model.ListLaunchPathsInput): model.ListLaunchPathsOutput => {
        const { paths } = findProduct(input.ProductId, undefined);
        const { items, next } = paged(paths, input.PageToken, input.PageSize, 20, 1);
        return {
          LaunchPathSummaries: items.map(({ id, name, constraints, tags }) => ({
            Id: id,
            Name: name,
            ConstraintSummaries: constraints,
            Tags: tags
          })),
          NextPageToken: next
        };
      },
      DescribeProvisioningParameters: (
        input: model.DescribeProvisioningParametersInput
      ): model.DescribeProvisioningParametersOutput => {
        const { product, artifact } = chosen(input);
        const path = findPath(product, input.PathId, input.PathName);
        return {
          ProvisioningArtifactParameters: artifact.parameters,
          ConstraintSummaries: path.constraints,
          UsageInstructions: product.instructions.map(instruction =>
            instruction.Type === 'version' ? { ...instruction, Value: artifact.name } : instruction
          ),
          TagOptions: product.tagOptions,
          ProvisioningArtifactPreferences: {},
          ProvisioningArtifactOutputs: artifact.outputs,
          ProvisioningArtifactOutputKeys: artifact.outputs
        };
      },
      ListProvisioningArtifacts: (
        input: model.ListProvisioningArtifactsInput
      ): model.ListProvisioningArtifactsOutput => ({
        ProvisioningArtifactDetails: findProduct(input.ProductId, undefined).artifacts.map(viewArtifactDetail)
      }),
      DescribeProvisioningArtifact: (
        input: model.DescribeProvisioningArtifactInput
      ): model.DescribeProvisioningArtifactOutput => {
        const { product, artifact } = chosen(input);
        return {
          ProvisioningArtifactDetail: viewArtifactDetail(artifact),
          Info: { TemplateUrl: templateUrl(product, artifact) },
          Status: 'AVAILABLE',
          ...(input.IncludeProvisioningArtifactParameters
            ? { ProvisioningArtifactParameters: artifact.parameters }
            : {})
        };
      },
      ProvisionProduct: (input: model.ProvisionProductInput, call: ICall): model.ProvisionProductOutput =>
        provision(input, call, regionOf(call)),
      DescribeRecord: (input: model.DescribeRecordInput, call: ICall): model.DescribeRecordOutput => {
        const record = regionOf(call).records.find(({ id }) => id === input.Id);
        if (!record) {
          throw notFound(`Record ${input.Id}`);
        }
        const { items, next } = paged(record.outputs, input.PageToken, input.PageSize, 20);
        return { RecordDetail: viewRecord(record), RecordOutputs: items, NextPageToken: next };
      },
      ListRecordHistory: (input: model.ListRecordHistoryInput, call: ICall): model.ListRecordHistoryOutput => {
        const mine = accessFilter(input.AccessLevelFilter, call.caller);
        const wanted = recordFilter(input.SearchFilter);
        const found = regionOf(call).records.filter(record => mine(record.caller) && wanted(record));
        const { items, next } = paged(found, input.PageToken, input.PageSize, 20);
        return { RecordDetails: items.map(viewRecord), NextPageToken: next };
      },
      SearchProvisionedProducts: (
        input: model.SearchProvisionedProductsInput,
        call: ICall
      ): model.SearchProvisionedProductsOutput => {
        const mine = accessFilter(input.AccessLevelFilter, call.caller);
        const all = regionOf(call).list();
        const found = searchProvisioned(
          all.filter(({ caller }) => mine(caller)),
          input
        );
        const { items, next } = paged(found, input.PageToken, input.PageSize, 100);
        return {
          ProvisionedProducts: items.map(viewAttributes),
          TotalResultsCount: found.length,
          NextPageToken: next
        };
      },
      ScanProvisionedProducts: (
        input: model.ScanProvisionedProductsInput,
        call: ICall
      ): model.ScanProvisionedProductsOutput => {
        const mine = accessFilter(input.AccessLevelFilter, call.caller);
        const found = regionOf(call)
          .list()
          .filter(({ caller }) => mine(caller));
        const { items, next } = paged(found, input.PageToken, input.PageSize, 20);
        return { ProvisionedProducts: items.map(viewProvisioned), NextPageToken: next };
      },
      DescribeProvisionedProduct: (
        input: model.DescribeProvisionedProductInput,
        call: ICall
      ): model.DescribeProvisionedProductOutput => ({
        ProvisionedProductDetail: viewProvisioned(findProvisioned(regionOf(call), input.Id, input.Name)),
        CloudWatchDashboards: []
      }),
      GetProvisionedProductOutputs: (
        input: model.GetProvisionedProductOutputsInput,
        call: ICall
      ): model.GetProvisionedProductOutputsOutput => {
        const found = findProvisioned(regionOf(call), input.ProvisionedProductId, input.ProvisionedProductName);
        const { OutputKeys = [] } = input;
        const missing = OutputKeys.filter(key => found.outputs.every(({ OutputKey }) => OutputKey !== key));
        if (missing.length > 0) {
          throw invalid(`Output keys [${missing.join(', ')}] do not exist.`);
        }
        const outputs = found.outputs.filter(
          ({ OutputKey }) => OutputKeys.length === 0 || OutputKeys.includes(OutputKey!)
        );
        const { items, next } = paged(outputs, input.PageToken, input.PageSize, 20);
        return { Outputs: items, NextPageToken: next };
      },
      TerminateProvisionedProduct: (
        input: model.TerminateProvisionedProductInput,
        call: ICall
      ): model.TerminateProvisionedProductOutput => {
        const token = required(input.TerminateToken, 'terminateToken');
        const region = regionOf(call);
        const record =
          region.terminated(token) ??
          region.terminate(
            findProvisioned(region, input.ProvisionedProductId, input.ProvisionedProductName),
            token,
            call.caller,
            input.RetainPhysicalResources ?? false
          );
        return { RecordDetail: viewRecord(record) };
      }
    }
  };
}

const INPUTS: Record<string, InputSchema> = {
  SearchProducts: model.SearchProductsInput$,
  DescribeProduct: model.DescribeProductInput$,
  DescribeProductView: model.DescribeProductViewInput$,
  ListLaunchPaths: model.ListLaunchPathsInput$,
  DescribeProvisioningParameters: model.DescribeProvisioningParametersInput$,
  ListProvisioningArtifacts: model.ListProvisioningArtifactsInput$,
  DescribeProvisioningArtifact: model.DescribeProvisioningArtifactInput$,
  ProvisionProduct: model.ProvisionProductInput$,
  DescribeRecord: model.DescribeRecordInput$,
  ListRecordHistory: model.ListRecordHistoryInput$,
  SearchProvisionedProducts: model.SearchProvisionedProductsInput$,
  ScanProvisionedProducts: model.ScanProvisionedProductsInput$,
  DescribeProvisionedProduct: model.DescribeProvisionedProductInput$,
  GetProvisionedProductOutputs: model.GetProvisionedProductOutputsInput$,
  TerminateProvisionedProduct: model.TerminateProvisionedProductInput$
};

function provision(
  input: model.ProvisionProductInput,
  { caller }: ICall,
  region: Provisioning
): model.ProvisionProductOutput {
  const token = required(input.ProvisionToken, 'provisionToken');
  const name = input.ProvisionedProductName!;
  if (!NAME.test(name) || name.length > 128) {
    throw invalid(
      `Value '${name}' at 'provisionedProductName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9][a-zA-Z0-9._-]* and have length less than or equal to 128`
    );
  }
  const { product, artifact } = chosen(input);
  const path = findPath(product, input.PathId, input.PathName);
  const values = checkValues(artifact.parameters, input.ProvisioningParameters ?? []);
  const record = region.provision({
    name,
    token,
    product,
    artifact,
    path,
    values,
    tags: checkTags(product, input.Tags ?? []),
    caller
  });
  return { RecordDetail: viewRecord(record) };
}

/** Tags whose keys are tag options take one of the options' values; the options with one value are added. */
function checkTags(product: IProduct, tags: model.Tag[]): ITag[] {
  const given = tags.map(({ Key, Value }) => ({ Key: Key!, Value: Value! }));
  for (const { Key, Values } of product.tagOptions) {
    const tag = given.find(candidate => candidate.Key === Key);
    if (tag && !Values.includes(tag.Value)) {
      throw invalid(`The value '${tag.Value}' of tag '${Key}' is not one of its TagOptions: ${Values.join(', ')}.`);
    }
    if (!tag && Values.length === 1) {
      given.push({ Key, Value: Values[0] });
    }
  }
  const reserved = given.find(({ Key }) => Key.toLowerCase().startsWith('aws:'));
  if (reserved) {
    throw invalid(`Tag keys must not begin with aws: ('${reserved.Key}').`);
  }
  return given;
}

interface IChoice {
  ProductId?: string;
  ProductName?: string;
  ProvisioningArtifactId?: string;
  ProvisioningArtifactName?: string;
}

function chosen(input: IChoice): { product: IProduct; artifact: IArtifact } {
  const product = findProduct(input.ProductId, input.ProductName);
  return { product, artifact: findArtifact(product, input.ProvisioningArtifactId, input.ProvisioningArtifactName) };
}

function recordFilter(filter: model.ListRecordHistorySearchFilter | undefined): (record: IRecord) => boolean {
  if (!filter) {
    return () => true;
  }
  const read: Record<string, (record: IRecord) => string> = {
    product: ({ provisioned }) => provisioned.product.id,
    provisionedproduct: ({ provisioned }) => provisioned.id
  };
  const key = read[filter.Key ?? ''];
  if (!key) {
    throw invalid("The search filter's key has to be product or provisionedproduct.");
  }
  return record => key(record) === filter.Value;
}

function paged<T>(
  items: readonly T[],
  token: string | undefined,
  size: number | undefined,
  limit: number,
  most = PAGE
): { items: T[]; next?: string } {
  if (size !== undefined && (size < 0 || size > limit)) {
    throw invalid(`PageSize has to be from 0 to ${limit}.`);
  }
  return page(items, token, size, most, 'InvalidParametersException');
}

function required(value: string | undefined, name: string): string {
  if (!value) {
    throw invalid(`Value null at '${name}' failed to satisfy constraint: Member must not be null`);
  }
  return value;
}
