// writes: none
import { DataTypes } from 'sequelize';
import { sequelize } from '../sequelize.js';

export const Preset = sequelize.define(
  'Preset',
  {
    id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 },
    name: { type: DataTypes.STRING, allowNull: false },
    usageCount: { type: DataTypes.INTEGER, field: 'usage_count', defaultValue: 0 },
  },
  { tableName: 'presets', underscored: true, timestamps: true },
);
