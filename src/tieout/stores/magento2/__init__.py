"""Magento 2, Mage-OS and Adobe Commerce, read over REST."""
