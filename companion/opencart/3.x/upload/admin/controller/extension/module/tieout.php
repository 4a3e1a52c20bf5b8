<?php
/** The extension's page in the shop's admin: its address, its key and where changes are told. OpenCart 3.x. */
class ControllerExtensionModuleTieout extends Controller {
	private const EVENTS = [
		'catalog/model/checkout/order/addOrderHistory/after' => 'extension/module/tieout/changed',
		'catalog/model/checkout/order/editOrder/after' => 'extension/module/tieout/changed',
		'catalog/model/checkout/order/deleteOrder/after' => 'extension/module/tieout/changed',
		'catalog/model/account/customer/addCustomer/after' => 'extension/module/tieout/customer',
	];

	public function install() {
		$this->load->model('setting/event');
		$this->load->model('setting/setting');
		$this->model_setting_event->deleteEventByCode('tieout');
		foreach (self::EVENTS as $trigger => $action) {
			$this->model_setting_event->addEvent('tieout', $trigger, $action);
		}
		$this->model_setting_setting->editSetting('module_tieout', [
			'module_tieout_status' => 1,
			'module_tieout_key' => bin2hex(random_bytes(32)),
			'module_tieout_url' => '',
		]);
	}

	public function uninstall() {
		$this->load->model('setting/event');
		$this->load->model('setting/setting');
		$this->model_setting_event->deleteEventByCode('tieout');
		$this->model_setting_setting->deleteSetting('module_tieout');
	}

	public function index() {
		$data = $this->load->language('extension/module/tieout');
		$this->document->setTitle($this->language->get('heading_title'));
		$this->load->model('setting/setting');
		$token = 'user_token=' . $this->session->data['user_token'];
		$data['error'] = '';
		if ($this->request->server['REQUEST_METHOD'] === 'POST') {
			if (!$this->user->hasPermission('modify', 'extension/module/tieout')) {
				$data['error'] = $this->language->get('error_permission');
			} else {
				$this->model_setting_setting->editSetting('module_tieout', [
					'module_tieout_status' => empty($this->request->post['module_tieout_status']) ? 0 : 1,
					'module_tieout_key' => empty($this->request->post['renew']) ? $this->config->get('module_tieout_key') : bin2hex(random_bytes(32)),
					'module_tieout_url' => trim((string)($this->request->post['module_tieout_url'] ?? '')),
				]);
				$this->response->redirect($this->url->link('extension/module/tieout', $token, true));
				return;
			}
		}
		$data['action'] = $this->url->link('extension/module/tieout', $token, true);
		$data['cancel'] = $this->url->link('marketplace/extension', $token . '&type=module', true);
		$data['address'] = defined('HTTPS_CATALOG') ? HTTPS_CATALOG : HTTP_CATALOG;
		foreach (['status', 'key', 'url'] as $name) {
			$data['module_tieout_' . $name] = $this->config->get('module_tieout_' . $name);
		}
		foreach (['header', 'column_left', 'footer'] as $part) {
			$data[$part] = $this->load->controller('common/' . $part);
		}
		$this->response->setOutput($this->load->view('extension/module/tieout', $data));
	}
}
