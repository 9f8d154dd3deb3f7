// What jupyter-builder takes besides its own configuration. By default modules are numbered by a digest that holds the
// folder of the build: the same commit would become another file in another folder. These numbers follow their order.
module.exports = { optimization: { moduleIds: 'natural' } };
