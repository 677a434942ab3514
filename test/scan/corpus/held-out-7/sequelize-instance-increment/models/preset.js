// writes: none
const { DataTypes, Model } = require('sequelize');
const sequelize = require('../sequelize');

class Preset extends Model {}

Preset.init(
  {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    name: { type: DataTypes.STRING, allowNull: false },
    usageCount: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 0, field: 'usage_count' },
  },
  { sequelize, modelName: 'Preset', tableName: 'presets', timestamps: false },
);

module.exports = Preset;
