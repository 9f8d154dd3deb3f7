import type { TranslationBundle } from '@jupyterlab/translation';
import { addIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IProduct } from '../../../protocol';
import type { IControl } from '../../tokens';
import { Button, ErrorPanel, Loading } from '../common';
import { rovingKeys, useRequest } from '../common/hooks';

/** Properties of {@link ProductCards}. */
export interface IProductCardsProps {
  control: IControl;
  trans: TranslationBundle;
  /** Raised to ask for the products anew. */
  round: number;
  onChoose: (productId: string) => void;
}

/** The products that the user may launch. */
export function ProductCards({ control, trans, round, onChoose }: IProductCardsProps): React.JSX.Element {
  const { value, error, loading, reload } = useRequest(control, 'products.list', {});
  const asked = React.useRef(round);
  React.useEffect(() => {
    if (asked.current !== round) {
      asked.current = round;
      reload();
    }
  }, [round, reload]);
  if (error) {
    return <ErrorPanel error={error} trans={trans} onRetry={reload} hook="products-error" />;
  }
  if (loading || !value) {
    return <Loading>{trans.__('Asking Service Catalog for products…')}</Loading>;
  }
  if (value.length === 0) {
    return (
      <p className="jp-EMR-empty" data-emr="products-empty">
        {trans.__(
          'Service Catalog offers you no product. Ask the platform team to grant your AWS identity access to a portfolio.'
        )}
      </p>
    );
  }
  return (
    <ul className="jp-EMR-cards" aria-label={trans.__('Products')} onKeyDown={rovingKeys}>
      {value.map((product, index) => (
        <Card key={product.productId} product={product} first={index === 0} trans={trans} onChoose={onChoose} />
      ))}
    </ul>
  );
}

function Card(props: {
  product: IProduct;
  first: boolean;
  trans: TranslationBundle;
  onChoose: (productId: string) => void;
}): React.JSX.Element {
  const { product, trans, onChoose } = props;
  const support = product.supportUrl ?? (product.supportEmail && `mailto:${product.supportEmail}`);
  // A link is made of nothing but a web or mail address: the text comes from the catalog.
  const href = support && /^(https?:|mailto:)/i.test(support) ? support : undefined;
  return (
    <li
      className="jp-EMR-card"
      data-emr="product-card"
      data-emr-item=""
      data-product-id={product.productId}
      tabIndex={props.first ? 0 : -1}
      aria-label={product.name}
      onKeyDown={event => {
        if (event.target === event.currentTarget && (event.key === 'Enter' || event.key === ' ')) {
          event.preventDefault();
          onChoose(product.productId);
        }
      }}
    >
      <div className="jp-EMR-card-head">
        <h4>{product.name}</h4>
        <Button
          hook="create-cluster"
          kind="accept"
          icon={addIcon}
          label={trans.__('Create a cluster from %1', product.name)}
          onClick={() => onChoose(product.productId)}
        >
          {trans.__('Create')}
        </Button>
      </div>
      {product.description && <p title={product.description}>{product.description}</p>}
      <div className="jp-EMR-facts">
        <span>{trans.__('by %1', product.owner)}</span>
        {href ? (
          <a href={href} target="_blank" rel="noopener noreferrer" title={product.supportDescription}>
            {trans.__('Support')}
          </a>
        ) : (
          product.supportDescription && <span>{product.supportDescription}</span>
        )}
      </div>
    </li>
  );
}
