"""Files of broadcasts: reports and missed lists for the one workbook writer."""
