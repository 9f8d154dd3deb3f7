export { ProductForm } from './body';
export { ProductCards } from './cards';
