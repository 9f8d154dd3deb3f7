/**
 * Service Catalog as an administrator has it: portfolios, who has access to them, constraints. Each operation asks IAM.
 * What a user is offered does not follow from it: that is the catalogue's.
 */
import * as model from '@aws-sdk/client-service-catalog';

import { USER } from '../access/seed';
import type { Guard } from '../access/guard';
import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import { catalogId } from '../ids';
import { page } from '../paging';
import { LAUNCH_ROLE } from '../roles';
import type { ICall, InputSchema, IService, Operation } from '../types';
import { PRODUCTS } from './catalogue';
import { findProduct, invalid, notFound } from './lookup';
import type { IProduct } from './types';
import { viewProduct } from './views';

const PAGE = 2;
const CREATED = new Date('2025-10-01T09:00:00Z');

interface IPortfolio {
  id: string;
  name: string;
  createdAt: Date;
  products: Set<string>;
  principals: Map<string, model.PrincipalType>;
}

interface IConstraint {
  id: string;
  type: string;
  description: string;
  portfolioId: string;
  productId: string;
  /** JSON. */
  parameters: string;
}

/** The account's portfolios and constraints; one set for all regions. */
class Administration {
  readonly portfolios: IPortfolio[] = [
    {
      id: 'port-3xqk7mzd5t2wy',
      name: 'Data platform portfolio',
      createdAt: CREATED,
      products: new Set(PRODUCTS.map(({ id }) => id)),
      principals: new Map([[`arn:aws:iam::${ACCOUNT_ID}:user/${USER}`, 'IAM']])
    }
  ];
  readonly constraints: IConstraint[] = PRODUCTS.map(({ id }) => ({
    id: id.replace('prod-', 'cons-'),
    type: 'LAUNCH',
    description: `Launched as the role ${LAUNCH_ROLE.name}.`,
    portfolioId: this.portfolios[0].id,
    productId: id,
    parameters: JSON.stringify({ RoleArn: LAUNCH_ROLE.arn })
  }));

  portfolio(id: string | undefined): IPortfolio {
    const found = this.portfolios.find(portfolio => portfolio.id === id);
    if (!found) {
      throw notFound(`Portfolio ${id}`);
    }
    return found;
  }

  constraint(id: string | undefined): IConstraint {
    const found = this.constraints.find(constraint => constraint.id === id);
    if (!found) {
      throw notFound(`Constraint ${id}`);
    }
    return found;
  }
}

/** The service with these operations added. */
export function withAdministration(service: IService, guard: Guard): IService {
  const operations = Object.fromEntries(
    Object.entries(administrationOperations(new Administration())).map(([name, operation]): [string, Operation] => [
      name,
      async (input: never, call: ICall) => {
        await guard.require(call.caller, `servicecatalog:${name}`, '*');
        return operation(input, call);
      }
    ])
  );
  return {
    ...service,
    inputs: { ...service.inputs, ...INPUTS },
    operations: { ...service.operations, ...operations }
  };
}

function administrationOperations(all: Administration): IService['operations'] {
  return {
    ListPortfolios: (input: model.ListPortfoliosInput): model.ListPortfoliosOutput => {
      const { items, next } = paged(all.portfolios, input);
      return { PortfolioDetails: items.map(viewPortfolio), NextPageToken: next };
    },
    CreatePortfolio: (input: model.CreatePortfolioInput): model.CreatePortfolioOutput => {
      const made: IPortfolio = {
        id: catalogId('port'),
        name: input.DisplayName!,
        createdAt: new Date(),
        products: new Set(),
        principals: new Map()
      };
      all.portfolios.push(made);
      return { PortfolioDetail: viewPortfolio(made), Tags: [] };
    },
    DeletePortfolio: (input: model.DeletePortfolioInput): model.DeletePortfolioOutput => {
      const portfolio = all.portfolio(input.Id);
      if (portfolio.products.size + portfolio.principals.size > 0) {
        throw new AwsError('ResourceInUseException', `Portfolio ${portfolio.id} is in use.`);
      }
      all.portfolios.splice(all.portfolios.indexOf(portfolio), 1);
      return {};
    },
    AssociateProductWithPortfolio: (input: model.AssociateProductWithPortfolioInput) => {
      all.portfolio(input.PortfolioId).products.add(findProduct(input.ProductId, undefined).id);
      return {};
    },
    DisassociateProductFromPortfolio: (input: model.DisassociateProductFromPortfolioInput) => {
      const { products } = all.portfolio(input.PortfolioId);
      if (!products.delete(input.ProductId!)) {
        throw notFound(`Product ${input.ProductId} in portfolio ${input.PortfolioId}`);
      }
      return {};
    },
    SearchProductsAsAdmin: (input: model.SearchProductsAsAdminInput): model.SearchProductsAsAdminOutput => {
      const chosen = input.PortfolioId === undefined ? undefined : all.portfolio(input.PortfolioId).products;
      const { items, next } = paged(
        PRODUCTS.filter(({ id }) => !chosen || chosen.has(id)),
        input
      );
      return { ProductViewDetails: items.map(viewDetail), NextPageToken: next };
    },
    AssociatePrincipalWithPortfolio: (input: model.AssociatePrincipalWithPortfolioInput) => {
      all.portfolio(input.PortfolioId).principals.set(input.PrincipalARN!, input.PrincipalType!);
      return {};
    },
    DisassociatePrincipalFromPortfolio: (input: model.DisassociatePrincipalFromPortfolioInput) => {
      if (!all.portfolio(input.PortfolioId).principals.delete(input.PrincipalARN!)) {
        throw notFound(`Principal ${input.PrincipalARN}`);
      }
      return {};
    },
    ListPrincipalsForPortfolio: (
      input: model.ListPrincipalsForPortfolioInput
    ): model.ListPrincipalsForPortfolioOutput => {
      const { items, next } = paged([...all.portfolio(input.PortfolioId).principals], input);
      return {
        Principals: items.map(([PrincipalARN, PrincipalType]) => ({ PrincipalARN, PrincipalType })),
        NextPageToken: next
      };
    },
    CreateConstraint: (input: model.CreateConstraintInput): model.CreateConstraintOutput => {
      const { PortfolioId: portfolioId, ProductId: productId, Type: type, Parameters: parameters } = input;
      if (!all.portfolio(portfolioId).products.has(productId!)) {
        throw notFound(`Product ${productId} in portfolio ${portfolioId}`);
      }
      const isSame = (other: IConstraint) =>
        other.type === type && other.portfolioId === portfolioId && other.productId === productId;
      if (all.constraints.some(isSame)) {
        throw new AwsError('DuplicateResourceException', `There is a constraint of type ${type} already.`);
      }
      const made: IConstraint = {
        id: catalogId('cons'),
        type: type!,
        description: input.Description ?? '',
        portfolioId: portfolioId!,
        productId: productId!,
        parameters: checkedJson(parameters!)
      };
      all.constraints.push(made);
      return { ConstraintDetail: viewConstraint(made), ConstraintParameters: made.parameters, Status: 'AVAILABLE' };
    },
    UpdateConstraint: (input: model.UpdateConstraintInput): model.UpdateConstraintOutput => {
      const constraint = all.constraint(input.Id);
      constraint.description = input.Description ?? constraint.description;
      constraint.parameters = checkedJson(input.Parameters ?? constraint.parameters);
      return {
        ConstraintDetail: viewConstraint(constraint),
        ConstraintParameters: constraint.parameters,
        Status: 'AVAILABLE'
      };
    },
    DeleteConstraint: (input: model.DeleteConstraintInput): model.DeleteConstraintOutput => {
      all.constraints.splice(all.constraints.indexOf(all.constraint(input.Id)), 1);
      return {};
    },
    ListConstraintsForPortfolio: (
      input: model.ListConstraintsForPortfolioInput
    ): model.ListConstraintsForPortfolioOutput => {
      const { id } = all.portfolio(input.PortfolioId);
      const { items, next } = paged(
        all.constraints.filter(
          ({ portfolioId, productId }) => portfolioId === id && (!input.ProductId || productId === input.ProductId)
        ),
        input
      );
      return { ConstraintDetails: items.map(viewConstraint), NextPageToken: next };
    },
    DescribeConstraint: (input: model.DescribeConstraintInput): model.DescribeConstraintOutput => {
      const constraint = all.constraint(input.Id);
      return {
        ConstraintDetail: viewConstraint(constraint),
        ConstraintParameters: constraint.parameters,
        Status: 'AVAILABLE'
      };
    }
  };
}

const INPUTS: Record<string, InputSchema> = {
  ListPortfolios: model.ListPortfoliosInput$,
  CreatePortfolio: model.CreatePortfolioInput$,
  DeletePortfolio: model.DeletePortfolioInput$,
  AssociateProductWithPortfolio: model.AssociateProductWithPortfolioInput$,
  DisassociateProductFromPortfolio: model.DisassociateProductFromPortfolioInput$,
  SearchProductsAsAdmin: model.SearchProductsAsAdminInput$,
  AssociatePrincipalWithPortfolio: model.AssociatePrincipalWithPortfolioInput$,
  DisassociatePrincipalFromPortfolio: model.DisassociatePrincipalFromPortfolioInput$,
  ListPrincipalsForPortfolio: model.ListPrincipalsForPortfolioInput$,
  CreateConstraint: model.CreateConstraintInput$,
  UpdateConstraint: model.UpdateConstraintInput$,
  DeleteConstraint: model.DeleteConstraintInput$,
  ListConstraintsForPortfolio: model.ListConstraintsForPortfolioInput$,
  DescribeConstraint: model.DescribeConstraintInput$
};

function paged<T>(
  items: readonly T[],
  { PageToken, PageSize }: { PageToken?: string; PageSize?: number }
): { items: T[]; next?: string } {
  return page(items, PageToken, PageSize, PAGE, 'InvalidParametersException');
}

function checkedJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw invalid('Parameters have to be JSON.');
  }
}

function viewPortfolio({ id, name, createdAt }: IPortfolio): model.PortfolioDetail {
  return {
    Id: id,
    ARN: `arn:aws:catalog:us-east-1:${ACCOUNT_ID}:portfolio/${id}`,
    DisplayName: name,
    Description: name,
    CreatedTime: createdAt,
    ProviderName: 'Data Platform'
  };
}

function viewDetail(product: IProduct): model.ProductViewDetail {
  return {
    ProductViewSummary: viewProduct(product),
    Status: 'AVAILABLE',
    ProductARN: `arn:aws:catalog:us-east-1:${ACCOUNT_ID}:product/${product.id}`,
    CreatedTime: product.artifacts.at(-1)!.createdAt
  };
}

function viewConstraint({ id, type, description, portfolioId, productId }: IConstraint): model.ConstraintDetail {
  return {
    ConstraintId: id,
    Type: type,
    Description: description,
    Owner: ACCOUNT_ID,
    ProductId: productId,
    PortfolioId: portfolioId
  };
}
