<?php
namespace Opencart\Admin\Controller\Extension\Tieout\Module;

/** The extension's page in the shop's admin: its address, its key and where changes are told. OpenCart 4.x. */
class Tieout extends \Opencart\System\Engine\Controller {
	/** "?" stands for the character before the method, which differs between 4.0 and 4.1. */
	private const EVENTS = [
		'catalog/model/checkout/order?addHistory/after' => 'changed',
		'catalog/model/checkout/order?editOrder/after' => 'changed',
		'catalog/model/checkout/order?deleteOrder/after' => 'changed',
		'catalog/model/account/customer?addCustomer/after' => 'customer',
		'admin/model/sale/order?deleteOrder/after' => 'changed',
	];

	public function install(): void {
		$this->load->model('setting/event');
		$this->load->model('setting/setting');
		$this->model_setting_event->deleteEventByCode('tieout');
		foreach (self::EVENTS as $trigger => $method) {
			$this->model_setting_event->addEvent([
				'code' => 'tieout',
				'description' => 'Tells Tieout of changes',
				'trigger' => $trigger,
				'action' => 'extension/tieout/module/tieout.' . $method,
				'status' => true,
				'sort_order' => 0,
			]);
		}
		$this->model_setting_setting->editSetting('module_tieout', [
			'module_tieout_status' => 1,
			'module_tieout_key' => bin2hex(random_bytes(32)),
			'module_tieout_url' => '',
		]);
	}

	public function uninstall(): void {
		$this->load->model('setting/event');
		$this->load->model('setting/setting');
		$this->model_setting_event->deleteEventByCode('tieout');
		$this->model_setting_setting->deleteSetting('module_tieout');
	}

	public function index(): void {
		$data = $this->load->language('extension/tieout/module/tieout');
		$this->document->setTitle($this->language->get('heading_title'));
		$token = 'user_token=' . $this->session->data['user_token'];
		$data['save'] = $this->url->link('extension/tieout/module/tieout.save', $token);
		$data['back'] = $this->url->link('marketplace/extension', $token . '&type=module');
		$data['address'] = HTTP_CATALOG;
		foreach (['status', 'key', 'url'] as $name) {
			$data['module_tieout_' . $name] = $this->config->get('module_tieout_' . $name);
		}
		foreach (['header', 'column_left', 'footer'] as $part) {
			$data[$part] = $this->load->controller('common/' . $part);
		}
		$this->response->setOutput($this->load->view('extension/tieout/module/tieout', $data));
	}

	public function save(): void {
		$this->load->language('extension/tieout/module/tieout');
		$json = [];
		if (!$this->user->hasPermission('modify', 'extension/tieout/module/tieout')) {
			$json['error'] = $this->language->get('error_permission');
		} else {
			$this->load->model('setting/setting');
			$this->model_setting_setting->editSetting('module_tieout', [
				'module_tieout_status' => empty($this->request->post['module_tieout_status']) ? 0 : 1,
				'module_tieout_key' => empty($this->request->post['renew']) ? $this->config->get('module_tieout_key') : bin2hex(random_bytes(32)),
				'module_tieout_url' => trim((string)($this->request->post['module_tieout_url'] ?? '')),
			]);
			$json['success'] = $this->language->get('text_saved');
		}
		$this->response->addHeader('Content-Type: application/json');
		$this->response->setOutput(json_encode($json));
	}

	/** From 4.1 on, staff delete orders through the admin's own model. Whatever happens, the deletion must go on. */
	public function changed(string &$route, array &$args, mixed &$output = null): void {
		try {
			if ($this->config->get('module_tieout_status') && (int)($args[0] ?? 0)) {
				require_once(DIR_EXTENSION . 'tieout/system/library/door.php');
				\TieoutDoor::tell((string)$this->config->get('module_tieout_url'), (string)$this->config->get('module_tieout_key'), 'order', (string)(int)$args[0], time());
			}
		} catch (\Throwable $error) {
			return;
		}
	}
}
